// The plan in words, before it is carried out; and what came of it, as a report. Pure.
import type { Config } from "../config/config.ts";
import type { JsonObject } from "../core/json.ts";
import type { Draft } from "./draft.ts";
import { draftConfig, draftEdits } from "./draft.ts";
import type { Tried } from "./source.ts";

/** What would be written, a line for each thing; empty when nothing would. */
export function planLines(config: Config, document: JsonObject, draft: Draft): string[] {
  const { sources, gateway, seal, service, agent, workspace } = draft;
  const edits = draftEdits(config, document, draft);
  const after = draftConfig(config, document, draft);
  const logins = sources.flatMap(({ source, tried }) =>
    source.login ? [`Store ${source.login.profileId} in agent ${agent} (${triedWords(tried)})`] : [],
  );
  const elsewhere = sources.flatMap(({ source, tried }) =>
    source.login ? [] : [`Use ${source.label} (${triedWords(tried)})`],
  );
  const { primary, fallbacks = [] } = after.defaultModel;
  const models =
    primary === config.defaultModel.primary && draft.fallbacks === undefined
      ? []
      : [
          `Default model: ${primary ?? "none"}`,
          ...(fallbacks.length > 0 ? [`Fallbacks: ${fallbacks.join(", ")}`] : []),
        ];
  return [
    ...logins,
    ...(edits.length > 0 ? elsewhere : []),
    ...models,
    ...(workspace === undefined ? [] : [`Workspace: ${workspace}`]),
    ...(gateway && config.gatewayMode === "remote" ? ["Gateway mode: local; it was remote"] : []),
    ...(gateway?.port === undefined ? [] : [`Gateway port: ${gateway.port}`]),
    ...(gateway?.bind === undefined ? [] : [`Gateway bind: ${gateway.bind}`]),
    ...(gateway ? tokenLines(gateway.token) : []),
    ...(edits.length > 0
      ? [`Edit ${config.path} (${edits.length} ${edits.length === 1 ? "place" : "places"})`]
      : []),
    ...(seal ? ["Seal the stored credentials: OpenClaw 2026.7.1 can then no longer use this store"] : []),
    ...(service ? ["Install the gateway as a service of yours, and start it"] : []),
  ];
}

type Token = NonNullable<Draft["gateway"]>["token"];

function tokenLines(token: Token): string[] {
  switch (token.kind) {
    case "keep":
      return [];
    case "make":
      return [
        token.ofShell
          ? `Keep this shell's token for the gateway, in ${token.file}`
          : `The gateway's token: in ${token.file}, made if there is none`,
      ];
    case "text":
      return ["Set gateway.auth.token"];
    case "env":
      return [`Set gateway.auth.token: the variable ${token.name}`];
    case "password":
      return ["Set gateway.auth.password"];
  }
}

export function triedWords(tried: Tried | undefined): string {
  switch (tried?.status) {
    case undefined:
      return "not tried";
    case "ok":
      return `tried: it answers${tried.model === undefined ? "" : `, ${tried.model}`}, ${tried.latencyMs} ms`;
    case "untried":
      return `not tried: ${tried.why}`;
    case "refused":
      return `refused: ${tried.why}`;
    case "unclear":
      return `tried, and not clear: ${tried.why}`;
  }
}

/** `onboard --json`, `configure --json`. */
export interface OnboardReport {
  readonly agentId: string;
  readonly applied: boolean;
  readonly sources: readonly {
    readonly provider: string;
    readonly label: string;
    readonly profileId?: string;
    readonly model?: string;
    readonly test: {
      readonly status: Tried["status"] | "skipped";
      readonly error?: string;
      readonly latencyMs?: number;
    };
  }[];
  readonly defaultModel: string | null;
  readonly fallbacks: readonly string[];
  readonly configPath: string;
  readonly configChanged: boolean;
  readonly backupPath?: string;
  readonly gateway: { readonly port: number; readonly bind: string; readonly auth: string };
  readonly sealed: boolean;
  /** absent: none was asked for */
  readonly service?: { readonly file?: string; readonly started: boolean; readonly error?: string };
  /** a line for a shell */
  readonly curl: string;
  /** one sentence each */
  readonly notes: readonly string[];
}

export const sourceRows = ({ sources }: Draft): OnboardReport["sources"] =>
  sources.map(({ source, tried }) => ({
    provider: source.provider,
    label: source.label,
    ...(source.login ? { profileId: source.login.profileId } : {}),
    ...(source.ref === undefined ? {} : { model: source.ref }),
    test: {
      status: tried?.status ?? "skipped",
      ...(tried && "why" in tried ? { error: tried.why } : {}),
      ...(tried?.status === "ok" ? { latencyMs: tried.latencyMs } : {}),
    },
  }));
