// Where something was found, and what that means. Pure.
import { basename, dirname, join } from "node:path";
import type { SecretForm } from "../../core/secret-forms.ts";
import type { KnownSecret, SecretName } from "./known.ts";

export type Place =
  | { readonly kind: "file"; readonly file: string }
  | { readonly kind: "row"; readonly file: string; readonly table: string; readonly column: string }
  /** an answer of the running gateway */
  | { readonly kind: "answer"; readonly request: string; readonly part: string }
  | { readonly kind: "environment" | "argument"; readonly process: string; readonly name: string };

/**
 * `expected`: it belongs there. `backup`: a copy of a file that holds it still, made so that a change can be taken
 * back. `leak`: all else.
 */
export type Verdict = "expected" | "backup" | "leak";

export interface Sighting {
  readonly verdict: Verdict;
  readonly place: Place;
  readonly secret: { readonly label: string; readonly names: readonly SecretName[] };
  readonly forms: readonly SecretForm[];
  readonly count: number;
  /** of the first few: byte offsets in a file or answer, row ids */
  readonly at: readonly number[];
}

const SIDECAR = /-(wal|journal|shm)$/;
/** Kept by `doctor --fix` and by edits of the config. */
const BACKUP = /(\.(sqlite-import|doctor)\.\d+)?\.bak(\.\d+)?$/;
const LEGACY = /^(auth|auth-profiles)\.json$/;
const DATABASE = "openclaw-agent.sqlite";

/** What a database writes beside itself is part of it. */
export const withoutSidecar = (file: string): string => file.replace(SIDECAR, "");

/** @param globalDir real path of the folder of our global files */
export function verdictInFile(
  file: string,
  { homes }: Pick<KnownSecret, "homes">,
  { configPath, globalDir }: { readonly configPath: string; readonly globalDir: string },
): Verdict {
  const whole = withoutSidecar(file);
  if (homes.has(whole)) return "expected";
  const isHistory = whole === join(globalDir, "config-history.json");
  const originals = isHistory ? [configPath] : originalsOf(whole);
  return originals.some((original) => homes.has(original)) ? "backup" : "leak";
}

/** Whose copy it is: an old store became the database that lies beside it, or main's. */
function originalsOf(file: string): string[] {
  const original = file.replace(BACKUP, "");
  const [folder, name] = [dirname(original), basename(original)];
  if (LEGACY.test(name)) return [join(folder, DATABASE)];
  if (name === "oauth.json" && basename(folder) === "credentials")
    return [join(folder, "..", "agents", "main", "agent", DATABASE)];
  return original === file ? [] : [original];
}

const SHOWN_OFFSETS = 3;

interface Seen {
  readonly verdict: Verdict;
  readonly place: Place;
  count: number;
  readonly at: number[];
  readonly forms: Set<SecretForm>;
}

/** Sightings as they come, each place once for each secret. */
export class Sightings {
  readonly #all = new Map<KnownSecret, Map<string, Seen>>();

  add(verdict: Verdict, place: Place, secret: KnownSecret, form: SecretForm, at: number): void {
    const places = this.#all.get(secret) ?? new Map<string, Seen>();
    this.#all.set(secret, places);
    const key = JSON.stringify(place);
    const seen = places.get(key) ?? { verdict, place, count: 0, at: [], forms: new Set() };
    places.set(key, seen);
    seen.count += 1;
    seen.forms.add(form);
    if (seen.at.length < SHOWN_OFFSETS) seen.at.push(at);
  }

  list(): Sighting[] {
    return [...this.#all].flatMap(([{ label, names }, places]) =>
      [...places.values()].map(({ forms, ...seen }) => ({
        ...seen,
        secret: { label, names },
        forms: [...forms],
      })),
    );
  }
}
