// A new key: made, and kept where it is found again, before anything is sealed with it.
import { closeSync, fsyncSync, mkdirSync, openSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { AccessError, messageOf } from "../../core/errors.ts";
import { untilde } from "../../config/paths.ts";
import { keyFromPassphrase, newDerivation, SealKey } from "../../store/seal/box.ts";
import type { PlacedKey } from "../../store/seal/databases.ts";
import { readKeyFile } from "../../store/seal/keyring.ts";
import { isInside, realFolder } from "../agent-folders.ts";
import type { CommandDeps } from "../open-deps.ts";

/** What the new key is to be; a key file in the usual place when nothing is said. */
export interface KeyRequest {
  /** as typed; made when it is not there */
  readonly keyFile?: string | undefined;
  /** Gets the passphrase from the person, or from a file. */
  readonly passphrase?: (() => Promise<string>) | undefined;
}

const SHORTEST_PASSPHRASE = 12;

/** @throws AccessError `bad_input`, `store_unwritable` */
export async function newKey(deps: CommandDeps, { keyFile, passphrase }: KeyRequest): Promise<PlacedKey> {
  if (!passphrase) return fileKey(deps, keyFile);
  const text = await passphrase();
  if (text.length < SHORTEST_PASSPHRASE)
    throw new AccessError(
      "bad_input",
      `A passphrase has at least ${SHORTEST_PASSPHRASE} characters: whoever has the file can try them all.`,
    );
  const derivation = newDerivation();
  const key = await keyFromPassphrase(text, derivation);
  return { key, place: { kind: "passphrase", id: key.id, ...derivation } };
}

function fileKey(deps: CommandDeps, typed: string | undefined): PlacedKey {
  const fresh = SealKey.random();
  const { home } = deps.paths();
  const file = typed === undefined ? usualFile(deps, fresh) : resolve(untilde(typed, home));
  assertOutside(deps, file);
  if (statSync(file, { throwIfNoEntry: false })) {
    const read = readKeyFile(file);
    if ("fault" in read) throw new AccessError("bad_input", `${read.fault}. Nothing was changed.`);
    return { key: read.key, place: { kind: "file", id: read.key.id, path: realpathSync(file) } };
  }
  writeKey(file, fresh);
  return { key: fresh, place: { kind: "file", id: fresh.id, path: realpathSync(file) } };
}

function usualFile(deps: CommandDeps, { id }: SealKey): string {
  const config = deps.env()["XDG_CONFIG_HOME"]?.trim() || join(deps.paths().home, ".config");
  return join(config, "openclaw-access", `seal-${id}.key`);
}

/** A key that lies beside what it opens is copied with it. */
function assertOutside(deps: CommandDeps, file: string): void {
  const { stateDir, agentDir } = deps.paths();
  const folders = [stateDir, ...deps.config().agents.map(({ id }) => agentDir(id))];
  const inside = folders.find((folder) => isInside(realFolder(file), realFolder(folder)));
  if (inside === undefined) return;
  const remedy = "A copy of it would hold the key as well. Name a file elsewhere.";
  throw new AccessError("bad_input", `${file} lies in ${inside}, which it is to protect. ${remedy}`);
}

/** On disk, with its folder, when it returns: what is sealed with it is lost without it. */
function writeKey(file: string, key: SealKey): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${key.export()}\n`, { mode: 0o600, flag: "wx", flush: true });
    syncFolder(dirname(file));
  } catch (cause) {
    throw new AccessError("store_unwritable", `The key cannot be written to ${file} (${messageOf(cause)}).`, {
      cause,
    });
  }
}

function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const at = openSync(folder, "r");
  try {
    fsyncSync(at);
  } finally {
    closeSync(at);
  }
}
