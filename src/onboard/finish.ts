// From an agreed draft to the report: written, then sealed and installed where that was asked for.
import type { WrittenConfig } from "../access/config-edit.ts";
import type { CommandDeps } from "../access/open-deps.ts";
import type { KeyRequest } from "../access/seal/new-key.ts";
import { AccessError } from "../core/errors.ts";
import type { Draft, RunNote } from "./draft.ts";
import type { GatewaySide } from "./gateway-side.ts";
import type { OnboardReport } from "./summary.ts";
import { sourceRows } from "./summary.ts";
import { writeDraft } from "./write.ts";

export interface Agreed {
  readonly draft: Draft;
  readonly note: RunNote;
  /** how the store is to be sealed */
  readonly sealKey: KeyRequest;
  /** ms to wait for a service to answer; 0: it is not waited for */
  readonly answerMs: number;
  /** told already on the way */
  readonly notes: readonly string[];
}

/** @throws AccessError when nothing was written, or the half of it: the message says which */
export async function finish(deps: CommandDeps, side: GatewaySide, agreed: Agreed): Promise<OnboardReport> {
  const { draft, note, sealKey } = agreed;
  const { config: written } = await writeDraft(deps, draft, note, side);
  const notes = [...agreed.notes];
  const sealed = draft.seal ? await sealStore(deps, sealKey, notes) : false;
  const service = draft.service ? await installed(side, agreed.answerMs, notes) : undefined;
  const { backupPath } = written;
  return {
    ...reportOf(draft, side, written, service?.started ?? false),
    applied: true,
    ...(backupPath === undefined ? {} : { backupPath }),
    sealed,
    ...(service ? { service } : {}),
    notes,
  };
}

/** The same when there was nothing to do. */
export const unchanged = (
  deps: CommandDeps,
  side: GatewaySide,
  draft: Draft,
  notes: readonly string[],
): OnboardReport => ({ ...reportOf(draft, side, { config: deps.config(), changed: false }, false), notes });

function reportOf(
  draft: Draft,
  side: GatewaySide,
  { config, changed }: WrittenConfig,
  byService: boolean,
): OnboardReport {
  const { port, bind, auth } = config.gateway;
  return {
    agentId: draft.agent,
    applied: false,
    sources: sourceRows(draft),
    defaultModel: config.defaultModel.primary ?? null,
    fallbacks: config.defaultModel.fallbacks ?? [],
    configPath: config.path,
    configChanged: changed,
    gateway: { port, bind, auth: auth.mode },
    sealed: false,
    curl: side.curl(byService),
    notes: [],
  };
}

/** What fails here is told: the rest is written, and the command for it can be run again. */
async function sealStore(deps: CommandDeps, request: KeyRequest, notes: string[]): Promise<boolean> {
  try {
    const { seal } = await import("../access/seal/seal.ts");
    const { key } = await seal(deps, request);
    if (key?.path !== undefined)
      notes.push(
        `The key of the sealed store is ${key.path}: keep a copy elsewhere, without it the secrets are lost.`,
      );
    return true;
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    notes.push(`The store is not sealed: ${error.message} To try again: openclaw secrets seal`);
    return false;
  }
}

async function installed(
  side: GatewaySide,
  answerMs: number,
  notes: string[],
): Promise<NonNullable<OnboardReport["service"]>> {
  try {
    const { file, started, notes: more } = await side.install();
    notes.push(...more);
    if (started && answerMs > 0 && !(await side.answers(answerMs)))
      notes.push("The service was started, and does not answer yet. Look: openclaw gateway status");
    return { file, started };
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    notes.push(`The service is not installed: ${error.message} To try again: openclaw gateway install`);
    return { started: false, error: error.message };
  }
}
