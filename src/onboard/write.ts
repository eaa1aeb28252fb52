// Writes what was agreed to: credentials in one transaction, then the config in one, both one step of `models undo`.
// What is left to do after that can be done again by a command of its own, and is told when it fails.
import { keepAll } from "../access/login/keep.ts";
import type { CommandDeps } from "../access/open-deps.ts";
import type { WrittenConfig } from "../access/config-edit.ts";
import { writeConfig } from "../access/config-edit.ts";
import { readDocument } from "../config/document.ts";
import { AccessError } from "../core/errors.ts";
import type { ProfileId } from "../core/ids.ts";
import type { Draft, RunNote } from "./draft.ts";
import { draftConfig, draftEdits } from "./draft.ts";
import type { GatewaySide } from "./gateway-side.ts";

export interface Written {
  readonly profiles: readonly ProfileId[];
  readonly config: WrittenConfig;
}

/** @throws AccessError `store_unreadable`, `store_unwritable`, `config_invalid`, `config_conflict` */
export async function writeDraft(
  deps: CommandDeps,
  draft: Draft,
  note: RunNote,
  gateway: GatewaySide,
): Promise<Written> {
  const before = deps.config();
  gateway.check(draftConfig(before, readDocument(before.path), draft));
  const logins = draft.sources.flatMap(({ source }) => (source.login ? [source.login] : []));
  return await unbroken(async () => {
    // A config that refers to a file that is not there would be worse than a file that nobody refers to.
    if (draft.gateway?.token.kind === "make") gateway.makeToken();
    if (logins.length > 0) await keepAll(deps, draft.agent, logins);
    const profiles = logins.map(({ profileId }) => profileId);
    const decide = (config: Parameters<typeof draftEdits>[0], document: Parameters<typeof draftEdits>[1]) =>
      draftEdits(config, document, draft, note);
    const config = await writeConfig(deps, decide).catch((error: unknown) => half(profiles, error));
    return { profiles, config };
  });
}

/** Nobody logs in again because the config could not be written. */
function half(profiles: readonly ProfileId[], error: unknown): never {
  if (profiles.length === 0 || !(error instanceof AccessError)) throw error;
  throw new AccessError(
    error.code,
    `${profiles.join(", ")} is stored, but the config could not be written: ${error.message} To take the credential back: openclaw models undo`,
    { cause: error },
  );
}

const ignore = () => undefined;

/** A Ctrl-C that comes now is too late: it takes less time than pressing it, and half of it would be neither. */
async function unbroken<T>(work: () => Promise<T>): Promise<T> {
  process.on("SIGINT", ignore).on("SIGTERM", ignore);
  try {
    return await work();
  } finally {
    process.off("SIGINT", ignore).off("SIGTERM", ignore);
  }
}
