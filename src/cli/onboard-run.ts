// One run of `onboard` or `setup`: what the flags mean, and what is printed at the end.
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { writeConfig } from "../access/config-edit.ts";
import type { CommandDeps } from "../access/open-deps.ts";
import { untilde } from "../config/paths.ts";
import { AccessError } from "../core/errors.ts";
import type { Session } from "./command.ts";
import { EXIT_OK } from "./exit.ts";
import type { OnboardFlags } from "./onboard-flags.ts";
import { oneOf, requestOf } from "./onboard-flags.ts";

/** @throws AccessError */
export async function runOnboard(session: Session, flags: OnboardFlags): Promise<void> {
  if (flags.nonInteractive && !flags.acceptRisk)
    throw new AccessError(
      "bad_input",
      "--non-interactive writes credentials without asking. Add --accept-risk to say that you know what agents can do with them.",
    );
  const mode = oneOf("--mode", flags.mode ?? "local", ["local", "remote"]);
  if (mode === "local" && (flags.remoteUrl ?? flags.remoteToken) !== undefined)
    throw new AccessError("bad_input", "--remote-url and --remote-token go with --mode remote.");
  if (flags.resetScope !== undefined && !flags.reset)
    throw new AccessError("bad_input", "--reset-scope goes with --reset. Nothing was changed.");
  const given = await session.deps();
  const request = requestOf(flags, given.env);
  if (!flags.reset) return await onboarded(session, given, flags, mode, request);
  const { afterReset } = await import("./onboard-reset.ts");
  await afterReset(session.io, given, flags, (deps) => onboarded(session, deps, flags, mode, request));
}

async function onboarded(
  session: Session,
  deps: CommandDeps,
  flags: OnboardFlags,
  mode: "local" | "remote",
  request: ReturnType<typeof requestOf>,
): Promise<void> {
  const { io } = session;
  if (mode === "remote") {
    const { onboardRemote, renderRemote } = await import("./onboard-remote.ts");
    const report = await onboardRemote(io, deps, flags);
    if (flags.json) io.json(report);
    else io.out(renderRemote(report));
    return session.exit(EXIT_OK);
  }
  const [{ onboardAsking, onboardUnasked }, { printOnboarded }] = await Promise.all([
    import("./onboard.ts"),
    import("./onboard-print.ts"),
  ]);
  const report = flags.nonInteractive
    ? await onboardUnasked(io, deps, request)
    : await onboardAsking(io, deps, request, flags.json);
  session.exit(printOnboarded(io, deps, report, flags.json));
}

/** `setup --baseline`: the config and the folder of the agents, and no question. */
export async function runBaseline(session: Session, flags: OnboardFlags): Promise<void> {
  if (flags.reset)
    throw new AccessError(
      "bad_input",
      "--baseline moves nothing away. Run openclaw onboard --reset instead. Nothing was changed.",
    );
  const deps = await session.deps();
  const { io } = session;
  const paths = deps.paths();
  const workspace = flags.workspace ?? deps.config().turns.workspace ?? resolve(paths.stateDir, "workspace");
  const { config, changed } = await writeConfig(deps, (current, document) => {
    const gateway = document["gateway"] as { readonly mode?: unknown } | undefined;
    return [
      ...(current.turns.workspace === workspace
        ? []
        : [{ path: ["agents", "defaults", "workspace"], value: workspace }]),
      ...(gateway?.mode === undefined ? [{ path: ["gateway", "mode"], value: "local" }] : []),
    ];
  });
  const folder = resolve(untilde(workspace, paths.home));
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new AccessError("store_unwritable", `The workspace ${folder} cannot be made.`, { cause });
  }
  if (flags.json) io.json({ configPath: config.path, configChanged: changed, workspace: folder });
  else
    io.out(
      [`Config: ${config.path}`, `Workspace: ${folder}`, "Now give it a credential: openclaw onboard"].join(
        "\n",
      ),
    );
  session.exit(EXIT_OK);
}
