// One real turn of a program that makes the calls itself, by the same backend as the gateway's. It works in a folder
// of its own, which goes afterwards: there is no workspace yet.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CliBackends } from "../access/cli-backends/cli-backends.ts";
import { callOnce } from "../access/one-call.ts";
import type { CommandDeps } from "../access/open-deps.ts";
import { routeFor } from "../access/provider-route.ts";
import { readView } from "../access/read-view.ts";
import { findProvider } from "../providers/all.ts";
import { cliBackend } from "../wire/cli-backend.ts";
import type { Draft } from "./draft.ts";
import { rehearsed } from "./rehearsal.ts";
import type { Source, Tried } from "./source.ts";
import { triedBy } from "./tried.ts";

/** A program starts, looks for its login, and asks: that takes seconds. */
const PATIENCE_MS = 60_000;

/** @throws AccessError `cancelled` */
export async function tryProgram(
  deps: CommandDeps,
  draft: Draft,
  source: Source,
  signal: AbortSignal | undefined,
): Promise<Tried> {
  const workspace = await mkdtemp(join(tmpdir(), "openclaw-onboard-"));
  const backends = new CliBackends(deps);
  try {
    const stage = rehearsed(deps, { ...draft, workspace, sources: [...draft.sources, { source }] });
    const { snapshot } = await readView(stage, draft.agent, "facts");
    const profile = snapshot.profiles.find(({ id }) => id === source.login?.profileId);
    const route = profile && routeFor(stage.config(), profile, undefined, stage.env());
    const model = findProvider(source.provider)?.probeModel;
    if (!profile || !route?.backend || model === undefined)
      return { status: "untried", why: `${source.provider} makes its calls itself` };
    const about = { backend: route.backend, agent: draft.agent, profile };
    const env = stage.env();
    const result = await callOnce({
      dispatcher: backends.sender({ ...about, env, config: stage.config() }),
      route,
      wire: cliBackend,
      profile,
      secret: undefined,
      env,
      model,
      body: cliBackend.ping(model, 8),
      timeoutMs: PATIENCE_MS,
      now: deps.now,
      signal,
    });
    return triedBy(result, `${source.provider}/${model}`);
  } finally {
    await backends.close();
    await rm(workspace, { recursive: true, force: true });
  }
}
