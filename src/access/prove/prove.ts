// `openclaw secrets prove`: looks everywhere a secret could have got to, for every secret that is known, and says
// where one lies that does not belong there. Reads alone; no secret is in what it says.
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { untilde } from "../../config/paths.ts";
import { messageOf } from "../../core/errors.ts";
import type { CommandDeps } from "../open-deps.ts";
import { filesBelow, PieceReader } from "./files.ts";
import type { GatherOptions } from "./gather.ts";
import { gatherSecrets, rootsOf, STORE_TABLES } from "./gather.ts";
import type { KnownSecret, KnownSecrets } from "./known.ts";
import { realPath } from "./known.ts";
import type { Place, Sighting, Verdict } from "./places.ts";
import { Sightings, verdictInFile, withoutSidecar } from "./places.ts";
import { isDatabase, readCells } from "./rows.ts";
import type { Hit } from "./search.ts";
import { SecretSearch } from "./search.ts";

/** Something that is no file: an answer of the gateway, the environment of its process. */
export interface OutsideText {
  readonly place: Place;
  readonly bytes: Uint8Array;
  /** Whether a secret belongs there; none does when left out. */
  readonly belongs?: (secret: KnownSecret) => boolean;
}

export interface Outside {
  /** Secrets that are known there alone. */
  readonly learn: (known: KnownSecrets) => void;
  /** A sentence is something that could not be looked at. */
  readonly texts: () => AsyncIterable<OutsideText | string>;
}

export interface Progress {
  readonly files: number;
  readonly bytes: number;
}

export interface ProveOptions extends GatherOptions {
  readonly outside?: Outside | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface ProveReport {
  readonly version: 1;
  /** `incomplete`: no leak was seen, and not everything could be looked at. */
  readonly status: "clean" | "leaks" | "incomplete";
  readonly secrets: {
    readonly sought: number;
    /** too short to be told from other text, or a word */
    readonly notSought: number;
    /** references to programs that were not started */
    readonly notAsked: number;
  };
  readonly searched: {
    readonly files: number;
    readonly bytes: number;
    readonly databases: number;
    readonly clientKeys: number;
    readonly answers: number;
    readonly processes: number;
  };
  readonly leaks: readonly Sighting[];
  readonly backups: readonly Sighting[];
  readonly expected: readonly Sighting[];
  /** what could not be read, one sentence each */
  readonly unread: readonly string[];
  /** secrets that could not be had, so nobody looked for them; one sentence each */
  readonly missing: readonly string[];
}

/** @throws AccessError `config_invalid`, `store_unreadable` */
export async function proveSecrets(deps: CommandDeps, options: ProveOptions): Promise<ProveReport> {
  const { known, databases, notAsked, missing } = await gatherSecrets(deps, options);
  options.outside?.learn(known);
  const clientKeys = await deps.clientKeys().keys();
  const secrets = known.list();
  const work = new Proving(deps, new SecretSearch(secrets, clientKeys), options);
  await work.inFiles([...rootsOf(deps, databases), ...logsOf(deps)]);
  if (options.outside) await work.outside(options.outside);
  return work.report(missing, {
    secrets: { sought: secrets.length, notSought: known.notSought, notAsked },
    clientKeys: clientKeys.length,
  });
}

/** A log that the config puts elsewhere. */
function logsOf(deps: CommandDeps): string[] {
  const { logFile: file } = deps.config();
  return file === undefined ? [] : [resolve(untilde(file, deps.paths().home))];
}

const PROGRESS_FILES = 500;
const PROGRESS_BYTES = 64 * 1024 * 1024;

class Proving {
  readonly #search: SecretSearch;
  readonly #reader: PieceReader;
  readonly #onProgress: ProveOptions["onProgress"];
  readonly #at: { readonly configPath: string; readonly globalDir: string };
  readonly #sightings = new Sightings();
  readonly #unread: string[] = [];
  readonly #counts = { files: 0, bytes: 0, databases: 0, answers: 0, processes: 0 };
  /** secrets that have a row in a database: its bytes tell nothing more */
  readonly #inRows = new Map<string, Set<KnownSecret>>();

  constructor(deps: CommandDeps, search: SecretSearch, { onProgress }: ProveOptions) {
    const { configPath, globalDir } = deps.paths();
    this.#search = search;
    this.#reader = new PieceReader(search.longest);
    this.#onProgress = onProgress;
    this.#at = { configPath: realPath(configPath), globalDir: realPath(globalDir) };
  }

  async inFiles(roots: readonly string[]): Promise<void> {
    let told = { files: 0, bytes: 0 };
    for (const { file, fault } of filesBelow(roots)) {
      if (fault !== undefined) {
        this.#unread.push(fault);
        continue;
      }
      await this.#inFile(file);
      const { files, bytes } = this.#counts;
      if (files - told.files < PROGRESS_FILES && bytes - told.bytes < PROGRESS_BYTES) continue;
      told = { files, bytes };
      this.#onProgress?.(told);
    }
  }

  /** One that is gone meanwhile was not there. */
  async #inFile(file: string): Promise<void> {
    try {
      if (isDatabase(file)) await this.#inDatabase(file);
      for (const { bytes, end, seen, offset } of this.#reader.pieces(file)) {
        this.#counts.bytes += end - seen;
        for (const { secret, form, at } of this.#search.find(bytes, end, seen))
          if (!this.#inRows.get(withoutSidecar(file))?.has(secret))
            this.#seen(
              verdictInFile(file, secret, this.#at),
              { kind: "file", file },
              { secret, form, at: offset + at },
            );
      }
      this.#counts.files += 1;
    } catch (error) {
      if (statSync(file, { throwIfNoEntry: false })) this.#unread.push(`${file}: ${messageOf(error)}`);
    }
  }

  async #inDatabase(file: string): Promise<void> {
    const inRows = new Set<KnownSecret>();
    this.#inRows.set(file, inRows);
    const faults = await readCells(file, ({ table, column, row, value }) => {
      for (const { secret, form } of this.#search.find(Buffer.from(value as string))) {
        const belongs = STORE_TABLES.get(table) === column;
        const verdict = verdictInFile(file, secret, this.#at);
        inRows.add(secret);
        const place = { kind: "row", file, table, column } as const;
        this.#seen(verdict === "expected" && !belongs ? "leak" : verdict, place, { secret, form, at: row });
      }
    });
    this.#unread.push(...faults.map((fault) => `${file}: ${fault}`));
    this.#counts.databases += 1;
  }

  async outside({ texts }: Outside): Promise<void> {
    const processes = new Set<string>();
    for await (const text of texts()) {
      if (typeof text === "string") {
        this.#unread.push(text);
        continue;
      }
      const { place, bytes, belongs } = text;
      if (place.kind === "answer") this.#counts.answers += 1;
      if (place.kind === "environment" || place.kind === "argument") processes.add(place.process);
      for (const hit of this.#search.find(bytes))
        this.#seen(belongs?.(hit.secret) ? "expected" : "leak", place, hit);
    }
    this.#counts.processes = processes.size;
  }

  #seen(verdict: Verdict, place: Place, { secret, form, at }: Hit): void {
    this.#sightings.add(verdict, place, secret, form, at);
  }

  report(
    missing: readonly string[],
    more: Pick<ProveReport, "secrets"> & { clientKeys: number },
  ): ProveReport {
    const { secrets, clientKeys } = more;
    const all = this.#sightings.list();
    const of = (verdict: Verdict) => all.filter((sighting) => sighting.verdict === verdict);
    const leaks = of("leak");
    const complete = this.#unread.length === 0 && missing.length === 0;
    return {
      version: 1,
      status: leaks.length > 0 ? "leaks" : complete ? "clean" : "incomplete",
      secrets,
      searched: { ...this.#counts, clientKeys },
      leaks,
      backups: of("backup"),
      expected: of("expected"),
      unread: this.#unread,
      missing,
    };
  }
}
