// What `secrets seal`, `unseal` and `rekey` share: where a passphrase comes from, and what is said afterwards.
import { resolve } from "node:path";
import type { KeyRequest } from "../access/seal/new-key.ts";
import type { SealReport } from "../access/seal/work.ts";
import { AccessError } from "../core/errors.ts";
import { readPassphraseFile } from "../store/seal/keyring.ts";
import { terminalTalk } from "./ask.ts";
import type { Io } from "./io.ts";

export interface KeyFlags {
  readonly keyFile?: string;
  readonly passphrase: boolean;
  readonly passphraseFile?: string;
  readonly yes: boolean;
  readonly json: boolean;
}

/** @throws AccessError `bad_input`, `no_terminal` */
export function keyRequest(io: Io, flags: Omit<KeyFlags, "yes">): KeyRequest {
  const { keyFile, passphrase, passphraseFile, json } = flags;
  if ([keyFile, passphraseFile, passphrase || undefined].filter((given) => given !== undefined).length > 1)
    throw new AccessError("bad_input", "Give one of --key-file, --passphrase and --passphrase-file.");
  if (passphraseFile !== undefined) {
    const read = readPassphraseFile(resolve(passphraseFile));
    if ("fault" in read) throw new AccessError("bad_input", `${read.fault}. Nothing was changed.`);
    return { passphrase: async () => read.text };
  }
  if (!passphrase) return { keyFile };
  const talk = terminalTalk(
    io,
    json,
    "A passphrase is asked for on a terminal. Without one: --passphrase-file.",
  );
  return {
    passphrase: async () => {
      const first = await talk.secret("New passphrase for the credential store", () => undefined);
      const again = await talk.secret("Once more", () => undefined);
      if (first !== again)
        throw new AccessError("bad_input", "The two are not the same. Nothing was changed.");
      return first;
    },
  };
}

/** @throws AccessError `cancelled` */
export async function confirmed(io: Io, { yes, json }: Pick<KeyFlags, "yes" | "json">, question: string) {
  if (!io.inIsTerminal || yes) return;
  const talk = terminalTalk(io, json, "Say --yes.");
  if (!(await talk.confirm(question, false)))
    throw new AccessError("cancelled", "Cancelled. Nothing was changed.");
}

/** @returns the exit code: something is left to be done when a log could not be cut */
export function printSeal(io: Io, report: SealReport, done: string, asJson: boolean): number {
  for (const file of report.notScrubbed)
    io.say(`Warning: ${file}: a program keeps old pages of its log. End it, and run: openclaw secrets seal`);
  if (asJson) io.json(report);
  else io.out(render(report, done));
  return report.notScrubbed.length > 0 ? 1 : 0;
}

function render({ key, agents, resumed, formerKeyPath }: SealReport, done: string): string {
  const count = agents.reduce((sum, { profiles }) => sum + profiles, 0);
  const where = key?.path === undefined ? "" : `: ${key.path}`;
  return [
    ...(resumed ? ["An earlier run was cut short; this finished it."] : []),
    `${done}: ${count} ${count === 1 ? "profile" : "profiles"} in ${agents.length} ${agents.length === 1 ? "store" : "stores"}`,
    ...(key ? [`Key: ${key.id} (${key.kind === "file" ? "key file" : "passphrase"}${where})`] : []),
    ...(key?.kind === "file"
      ? ["Keep a copy of the key file elsewhere: without it the secrets are lost."]
      : []),
    ...(formerKeyPath === undefined
      ? []
      : [`Nothing here needs the former key file any more (${formerKeyPath}); backups made before do.`]),
  ].join("\n");
}
