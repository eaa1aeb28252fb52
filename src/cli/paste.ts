// What `paste-api-key` and `paste-token` share: where the credential comes from, and what is said afterwards.
import { parseDuration } from "../access/duration.ts";
import type { PasteReport } from "../access/paste.ts";
import { paste } from "../access/paste.ts";
import type { PasteKind } from "../access/paste-rules.ts";
import type { ProviderId } from "../core/ids.ts";
import type { Session } from "./command.ts";
import type { Io } from "./io.ts";
import { profileArgument, providerArgument } from "./provider-argument.ts";

export interface PasteFlags {
  readonly provider: string;
  readonly profileId?: string;
  readonly expiresIn?: string;
  readonly agent?: string;
  readonly json: boolean;
}

export async function runPaste(session: Session, kind: PasteKind, flags: PasteFlags): Promise<void> {
  const { io, deps } = session;
  // Everything that can be refused is refused before anybody is asked for a secret.
  const provider = providerArgument(io, flags.provider);
  const profileId =
    flags.profileId === undefined ? undefined : await profileArgument(session, flags.profileId, flags.agent);
  const expiresInMs = flags.expiresIn === undefined ? undefined : parseDuration(flags.expiresIn);
  const pasted = await credentialFrom(io, kind, provider, flags.json);
  const report = await paste(await deps(), {
    kind,
    provider,
    profileId,
    expiresInMs,
    pasted,
    agent: flags.agent,
  });
  printPaste(io, report, flags.json);
}

export function printPaste(io: Io, report: PasteReport, asJson: boolean): void {
  for (const warning of report.warnings) io.say(`Warning: ${warning}`);
  if (asJson) io.json(report);
  else io.out(render(report));
}

async function credentialFrom(
  io: Io,
  kind: PasteKind,
  provider: ProviderId,
  asJson: boolean,
): Promise<string> {
  if (!io.inIsTerminal) return await io.readAll();
  const [{ terminalTalk }, { askCredential }] = await Promise.all([
    import("./ask.ts"),
    import("../access/login/pasted.ts"),
  ]);
  const what = kind === "token" ? "token" : "API key";
  const talk = terminalTalk(
    io,
    asJson,
    `The ${what} is asked for on a terminal, or read from a pipe on stdin.`,
  );
  return await askCredential(talk, kind, provider, `Paste the ${what} for ${provider}`);
}

function render({ configPath, backupPath, profileId, provider, type, agentId }: PasteReport): string {
  return [
    `Updated config: ${configPath}`,
    ...(backupPath === undefined ? [] : [`  Backup: ${backupPath}`]),
    `Auth profile: ${profileId} (${provider}/${type}) in agent ${agentId}`,
  ].join("\n");
}
