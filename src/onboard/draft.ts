// Everything that onboarding is going to write, and the edits of openclaw.json that it comes to. Pure.
import type { Edit } from "../access/config-edit.ts";
import { fallbackEdits, listedEdits, primaryEdits } from "../access/model-choice.ts";
import { applyEdits } from "../config/apply-edits.ts";
import type { Config } from "../config/config.ts";
import { configOf } from "../config/load.ts";
import type { AgentId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import type { Source, Tried } from "./source.ts";

/** What callers of the gateway must send. */
export type TokenPlan =
  /** There is one, or none is asked for. */
  | { readonly kind: "keep" }
  /** One is made, into a file of its own that the config refers to. */
  | {
      readonly kind: "make";
      readonly file: string;
      /** It is the one that this shell has. */
      readonly ofShell?: true;
    }
  | { readonly kind: "text"; readonly token: string }
  | { readonly kind: "env"; readonly name: string }
  | { readonly kind: "password"; readonly password: string };

export interface GatewayPlan {
  /** absent: as it is */
  readonly port?: number;
  readonly bind?: string;
  readonly token: TokenPlan;
}

export interface Chosen {
  readonly source: Source;
  /** absent: not tried */
  readonly tried?: Tried | undefined;
}

export interface Draft {
  readonly agent: AgentId;
  readonly sources: readonly Chosen[];
  /** `provider/model`; absent: what there is stays, else the first source's */
  readonly primary?: string | undefined;
  /** absent: as they are */
  readonly fallbacks?: readonly string[] | undefined;
  readonly workspace?: string | undefined;
  /** absent: the section stays as it is */
  readonly gateway?: GatewayPlan | undefined;
  readonly seal: boolean;
  readonly service: boolean;
}

export const emptyDraft = (agent: AgentId): Draft => ({ agent, sources: [], seal: false, service: false });

/** Which run wrote the file, as OpenClaw's own wizard notes it. */
export interface RunNote {
  readonly at: string;
  readonly version: string;
  readonly command: "onboard" | "configure";
  /** The person was told what agents can do, and said yes. */
  readonly accepted?: true;
}

/** @throws AccessError `config_invalid` when the result could not be used */
export function draftEdits(config: Config, document: JsonObject, draft: Draft, note?: RunNote): Edit[] {
  const edits = folded(config, document, stepsOf(draft));
  return edits.length === 0 || !note ? edits : [...edits, ...noteEdits(note)];
}

/** The config that is to be, for those who want to try it. @throws AccessError `config_invalid` */
export const draftConfig = (config: Config, document: JsonObject, draft: Draft): Config =>
  configOf(config.path, applyEdits(document, draftEdits(config, document, draft)));

/** Each step sees what the ones before it made. */
type Step = (config: Config, document: JsonObject) => readonly Edit[];

function stepsOf(draft: Draft): Step[] {
  const { sources, primary, fallbacks, workspace, gateway } = draft;
  return [
    ...sources.map(
      ({ source }): Step =>
        (config) =>
          source.edits(config, source.ref !== undefined && source.ref === primary),
    ),
    (config) => (primary === undefined ? [] : chosenModel(config, primary)),
    (config) => (fallbacks === undefined ? [] : chosenFallbacks(config, fallbacks)),
    () => (workspace === undefined ? [] : [{ path: ["agents", "defaults", "workspace"], value: workspace }]),
    (_, document) => (gateway ? gatewayEdits(document, gateway) : []),
  ];
}

function folded(config: Config, document: JsonObject, steps: readonly Step[]): Edit[] {
  const edits: Edit[] = [];
  let now = { config, document };
  for (const step of steps) {
    const more = step(now.config, now.document).filter(({ path, value }) => !says(now.document, path, value));
    if (more.length === 0) continue;
    edits.push(...more);
    const changed = applyEdits(now.document, more);
    now = { config: configOf(config.path, changed), document: changed };
  }
  return edits;
}

const chosenModel = (config: Config, ref: string): Edit[] => [
  ...(config.defaultModel.primary === ref ? [] : primaryEdits(config, "model", ref)),
  ...listedEdits(config, ref),
];

function chosenFallbacks(config: Config, refs: readonly string[]): Edit[] {
  const { fallbacks = [] } = config.defaultModel;
  if (fallbacks.length === refs.length && fallbacks.every((ref, at) => ref === refs[at])) return [];
  return [...fallbackEdits(config, "model", refs), ...refs.flatMap((ref) => listedEdits(config, ref))];
}

/** The file's alias in `secrets.providers`. */
const TOKEN_PROVIDER = "gateway-token";

function gatewayEdits(document: JsonObject, { port, bind, token }: GatewayPlan): Edit[] {
  const section = isObject(document["gateway"]) ? document["gateway"] : {};
  return [
    ...(section["mode"] === "local" ? [] : [{ path: ["gateway", "mode"], value: "local" }]),
    ...(port === undefined ? [] : [{ path: ["gateway", "port"], value: port }]),
    ...(bind === undefined ? [] : [{ path: ["gateway", "bind"], value: bind }]),
    ...tokenEdits(token),
  ];
}

const authEdits = (kind: "token" | "password", value: unknown): Edit[] => [
  { path: ["gateway", "auth", "mode"], value: kind },
  { path: ["gateway", "auth", kind], value },
];

function tokenEdits(plan: TokenPlan): Edit[] {
  switch (plan.kind) {
    case "keep":
      return [];
    case "text":
      return authEdits("token", plan.token);
    case "env":
      return authEdits("token", { source: "env", provider: "default", id: plan.name });
    case "password":
      return authEdits("password", plan.password);
    case "make":
      return [
        {
          path: ["secrets", "providers", TOKEN_PROVIDER],
          value: { source: "file", path: plan.file, mode: "singleValue" },
        },
        ...authEdits("token", { source: "file", provider: TOKEN_PROVIDER, id: "value" }),
      ];
  }
}

export const noteEdits = (
  { at, version, command, accepted }: RunNote,
  mode: "local" | "remote" = "local",
): Edit[] => [
  { path: ["wizard", "lastRunAt"], value: at },
  { path: ["wizard", "lastRunVersion"], value: version },
  { path: ["wizard", "lastRunCommand"], value: command },
  { path: ["wizard", "lastRunMode"], value: mode },
  ...(accepted ? [{ path: ["wizard", "securityAcknowledgedAt"], value: at }] : []),
];

/** Whether the document says so already. */
function says(document: JsonObject, path: Edit["path"], value: unknown): boolean {
  let node: unknown = document;
  for (const key of path) {
    if (typeof node !== "object" || node === null || !Object.hasOwn(node, key)) return value === undefined;
    node = (node as Record<PropertyKey, unknown>)[key];
  }
  return JSON.stringify(node) === JSON.stringify(value);
}
