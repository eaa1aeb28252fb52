// `secrets configure` at a terminal: the questions, then what becomes of the plan.
import { resolve } from "node:path";
import type { Talk } from "../access/login/talk.ts";
import type { CommandDeps } from "../access/open-deps.ts";
import { applyPlan } from "../access/secrets-apply/apply.ts";
import type { Configured } from "../access/secrets-configure/configure.ts";
import { configureSecrets } from "../access/secrets-configure/configure.ts";
import { replaceFile } from "../config/replace-file.ts";
import { AccessError, messageOf } from "../core/errors.ts";
import { parsePlan } from "../core/secret-plan.ts";
import { terminalTalk } from "./ask.ts";
import type { Io } from "./io.ts";
import { printApplied } from "./secrets-plan.ts";

/** of the command, as typed */
export interface ConfigureFlags {
  readonly planOut?: string;
  readonly agent?: string;
  readonly apply: boolean;
  readonly yes: boolean;
  readonly providersOnly: boolean;
  readonly skipProviderSetup: boolean;
  readonly allowExec: boolean;
  readonly json: boolean;
}

type Then = "apply" | "save" | "leave";

/** @returns the exit code @throws AccessError `bad_input`, `no_terminal`, `cancelled` */
export async function runConfigure(io: Io, deps: CommandDeps, flags: ConfigureFlags): Promise<number> {
  if (flags.providersOnly && flags.skipProviderSetup)
    throw new AccessError("bad_input", "--providers-only and --skip-provider-setup exclude each other.");
  const { agent } = flags;
  if (agent !== undefined && agent !== "main" && !deps.config().agents.some(({ id }) => id === agent))
    throw new AccessError("unknown_agent", `There is no agent ${agent}. See: openclaw agents list`);
  const talk = terminalTalk(
    io,
    flags.json,
    "This asks questions, and needs a terminal. Without one, write a plan and run: openclaw secrets apply <plan> --yes",
  );
  const configured = await configureSecrets(deps, talk, flags);
  if (!configured) {
    if (flags.json) io.json({ plan: null, applied: false });
    else io.out("Nothing is to be moved.");
    return 0;
  }
  const then = await choice(talk, configured, flags);
  if (then === "leave") throw new AccessError("cancelled", "Cancelled. Nothing was changed.");
  const saved =
    then === "save" || flags.planOut !== undefined ? await save(talk, configured, flags) : undefined;
  if (saved !== undefined) io.say(`The plan is in ${saved}. To apply it: openclaw secrets apply ${saved}`);
  if (then === "save") {
    if (flags.json) io.json({ ...configured, applied: false });
    return configured.preflight.ok ? 0 : 1;
  }
  const options = { allowExec: configured.allowExec, replace: false, dryRun: false };
  const report = await applyPlan(deps, parsePlan(configured.plan), options);
  return printApplied(io, report, flags.json);
}

async function choice(talk: Talk, { preflight }: Configured, { apply, yes }: ConfigureFlags): Promise<Then> {
  const canApply = preflight.ok && preflight.skippedExecRefs === 0;
  if (canApply && apply && yes) return "apply";
  const sentence = "Plain text goes for good, also from backups and from what models undo could bring back.";
  if (canApply) talk.notify(sentence);
  return talk.choose<Then>("What becomes of this plan?", [
    ...(canApply ? [{ value: "apply" as const, label: "Apply it now" }] : []),
    { value: "save", label: "Save it, and change nothing" },
    { value: "leave", label: "Leave" },
  ]);
}

/** @returns the file */
async function save(talk: Talk, { plan }: Configured, { planOut }: ConfigureFlags): Promise<string> {
  const typed =
    planOut ?? (await talk.text("File for the plan", "openclaw-secrets-plan.json", () => undefined));
  const file = resolve(typed);
  try {
    await replaceFile(file, `${JSON.stringify(plan, null, 2)}\n`);
  } catch (cause) {
    throw new AccessError("store_unwritable", `${file} cannot be written: ${messageOf(cause)}.`, { cause });
  }
  return file;
}
