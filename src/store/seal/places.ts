// Where a process is told to look for the key of a sealed store. A passphrase is never an argument or a variable.
import { join } from "node:path";

export interface SealPlaces {
  readonly keyFile?: string | undefined;
  readonly passphraseFile?: string | undefined;
  /** Asks the person at the terminal; absent where there is none. */
  readonly ask?: ((message: string) => Promise<string>) | undefined;
}

export const KEY_FILE = "OPENCLAW_SEAL_KEY_FILE";
export const PASSPHRASE_FILE = "OPENCLAW_SEAL_PASSPHRASE_FILE";
/** The name under which systemd hands it over (`LoadCredential=openclaw-seal-passphrase:…`). */
export const CREDENTIAL = "openclaw-seal-passphrase";

type Environment = Readonly<Record<string, string | undefined>>;

export function sealPlaces(env: Environment): SealPlaces {
  const text = (name: string) => env[name]?.trim() || undefined;
  const credentials = text("CREDENTIALS_DIRECTORY");
  return {
    keyFile: text(KEY_FILE),
    passphraseFile: text(PASSPHRASE_FILE) ?? (credentials && join(credentials, CREDENTIAL)),
  };
}
