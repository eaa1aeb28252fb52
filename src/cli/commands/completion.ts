import { buildCommand } from "@stricli/core";
import { AccessError } from "../../core/errors.ts";
import type { Session } from "../command.ts";
import { switchFlag } from "../command.ts";
import type { Shell } from "../completion/shells.ts";
import { isShell, SCRIPTS, SHELLS } from "../completion/shells.ts";

interface Flags {
  readonly shell?: Shell;
  readonly install: boolean;
  readonly writeState: boolean;
  readonly yes: boolean;
}

export default buildCommand({
  docs: {
    brief: "Complete commands, flags and values in your shell",
    fullDescription:
      "Prints the script of a shell. To set it up for good: openclaw completion --write-state --install",
  },
  parameters: {
    flags: {
      shell: {
        kind: "parsed",
        parse: parseShell,
        brief: `Shell: ${SHELLS.join(", ")}; zsh when left out, with --install yours`,
        placeholder: "shell",
        optional: true,
      },
      install: switchFlag("Load the completion from your shell's start-up file"),
      writeState: switchFlag("Write the scripts to the state dir instead of printing one"),
      yes: switchFlag("Do not ask"),
    },
    aliases: { s: "shell", i: "install", y: "yes" },
  },
  async func(this: Session, { shell, install, writeState, yes }: Flags) {
    if (!install && !writeState) return this.io.out(SCRIPTS[shell ?? "zsh"].trimEnd());
    const files = await import("../completion/install.ts");
    const { home, stateDir } = (await this.deps()).paths();
    if (writeState)
      for (const path of await files.writeScripts(stateDir, shell ? [shell] : SHELLS))
        this.io.say(`Wrote ${path}`);
    if (!install) return;
    const plan = files.planInstall(shell ?? yourShell(), home, stateDir);
    if (!plan.changes) return this.io.say(`${plan.profile} loads the completion already.`);
    if (!yes) await confirmInstall(this, plan.profile);
    await plan.write();
    this.io.say(`${plan.profile} loads the completion now, in every new shell.`);
  },
});

function parseShell(text: string): Shell {
  if (isShell(text)) return text;
  throw new AccessError("bad_input", `There is no completion for "${text}". Shells: ${SHELLS.join(", ")}.`);
}

function yourShell(): Shell {
  const name = /([^/\\]+?)(\.exe)?$/.exec(process.env["SHELL"] ?? "")?.[1] ?? "";
  return isShell(name) ? name : name === "pwsh" ? "powershell" : "zsh";
}

async function confirmInstall({ io }: Session, profile: string): Promise<void> {
  const { terminalTalk } = await import("../ask.ts");
  const talk = terminalTalk(io, false, `There is no terminal to ask on. To change ${profile}: --yes`);
  if (await talk.confirm(`Add the completion to ${profile}?`, true)) return;
  throw new AccessError("cancelled", "Cancelled. Nothing was changed.");
}
