// One real call with a source, before it is stored: by the same probe as `models status --probe`.
import type { Agent } from "undici";
import { callOnce } from "../access/one-call.ts";
import { probeCredentials } from "../access/probe.ts";
import { probeModels } from "../access/probe-model.ts";
import { routeFor } from "../access/provider-route.ts";
import { readView } from "../access/read-view.ts";
import { withRefs } from "../access/secret-refs.ts";
import type { CommandDeps } from "../access/open-deps.ts";
import type { AuthProfile } from "../core/credential.ts";
import { formatModelRef } from "../core/model-ref.ts";
import { findWire } from "../wire/all.ts";
import type { Draft } from "./draft.ts";
import { rehearsed } from "./rehearsal.ts";
import type { Source, Tried } from "./source.ts";
import { left, triedBy, triedOf } from "./tried.ts";

export interface TryOptions {
  /** ms for the call */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const MOST_TOKENS = 8;

/**
 * Nothing is written, and no login is refreshed.
 *
 * @param draft as it is without the source
 * @throws AccessError `config_invalid`; `cancelled` when the signal was raised
 */
export async function trySource(
  deps: CommandDeps,
  draft: Draft,
  source: Source,
  options: TryOptions,
): Promise<Tried> {
  if (source.runtime !== undefined) {
    const { tryProgram } = await import("./try-program.ts");
    return await tryProgram(deps, draft, source, options.signal);
  }
  const { agent } = draft;
  const stage = rehearsed(deps, { ...draft, primary: undefined, sources: [...draft.sources, { source }] });
  const ready = await withRefs(stage, {
    agent,
    only: (id) => id === source.provider,
    signal: options.signal,
  });
  const { Agent } = await import("undici");
  const dispatcher = new Agent({ connect: { timeout: options.timeoutMs } });
  try {
    return (
      (await probed(ready, draft, source, dispatcher, options)) ??
      (await called(ready, source, dispatcher, options))
    );
  } finally {
    await dispatcher.destroy();
  }
}

/** Every stored credential, one call each. @returns what came of it, by label; writes nothing */
export async function tryStored(
  deps: CommandDeps,
  draft: Draft,
  options: TryOptions,
): Promise<readonly { readonly label: string; readonly tried: Tried }[]> {
  const stage = rehearsed(deps, draft);
  const ready = await withRefs(stage, { agent: draft.agent, only: () => true, signal: options.signal });
  const view = await readView(ready, draft.agent);
  const { Agent } = await import("undici");
  const dispatcher = new Agent({ connect: { timeout: options.timeoutMs } });
  const { timeoutMs, signal } = options;
  const limits = { profileIds: [], timeoutMs, concurrency: 2, maxTokens: MOST_TOKENS };
  try {
    const { results } = await probeCredentials(ready, { view, dispatcher, signal }, limits);
    return results.map((row) => ({
      label: row.profileId ?? `${row.provider} (${row.label})`,
      tried: triedOf(row),
    }));
  } finally {
    await dispatcher.destroy();
  }
}

/** @returns nothing where there is no credential to probe */
async function probed(
  deps: CommandDeps,
  { agent }: Draft,
  { provider, login }: Source,
  dispatcher: Agent,
  { timeoutMs, signal }: TryOptions,
): Promise<Tried | undefined> {
  const view = await readView(deps, agent);
  const profileIds = login ? [login.profileId] : [];
  const report = await probeCredentials(
    deps,
    { view, dispatcher, signal },
    { provider, profileIds, timeoutMs, concurrency: 1, maxTokens: MOST_TOKENS },
  );
  if (signal?.aborted) throw left();
  const [row] = report.results;
  if (!row) return undefined;
  return triedOf(row);
}

/** A server that wants no credential. */
async function called(
  deps: CommandDeps,
  { provider, ref }: Source,
  dispatcher: Agent,
  { timeoutMs, signal }: TryOptions,
): Promise<Tried> {
  const config = deps.config();
  const model = ref?.startsWith(`${provider}/`)
    ? { provider, model: ref.slice(provider.length + 1) }
    : await probeModels(config, undefined)(provider);
  const profile: AuthProfile = {
    id: `config:${provider}`,
    provider,
    type: "none",
    source: "config",
    owner: "main",
    generation: "",
  };
  const route = routeFor(config, profile, undefined, deps.env());
  const wire = route && findWire(route.api);
  if (!model || !route || !wire)
    return { status: "unclear", why: `It is not known how to call ${provider}.` };
  const result = await callOnce({
    dispatcher,
    route,
    wire,
    profile,
    secret: undefined,
    env: deps.env(),
    model: model.model,
    body: wire.ping(model.model, MOST_TOKENS),
    timeoutMs,
    now: deps.now,
    signal,
  });
  return triedBy(result, formatModelRef(model));
}
