// What a gateway leaves on disk of its references, for the next start and for `models status`: when programs were
// asked, and what fails. No value is in it.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../core/json.ts";
import { isObject, parseObject } from "../core/json.ts";
import { recentStarts } from "../core/secret-ref.ts";
import { fateOf, parseProcessIdentity, thisProcess } from "../store/process-identity.ts";

export interface SecretRecord {
  /** alias → times at which a start asked its program, ms since epoch */
  readonly starts: Readonly<Record<string, readonly number[]>>;
  /** `refKey` → why it cannot be had; empty when the gateway that wrote it is gone */
  readonly failing: Readonly<Record<string, string>>;
  /** agent → why its sealed store cannot be opened; empty like the former */
  readonly sealed: Readonly<Record<string, string>>;
}

const NOTHING: SecretRecord = { starts: {}, failing: {}, sealed: {} };

const recordFile = (globalDir: string): string => join(globalDir, "secret-refs.json");

/** Never throws: a record that cannot be read says nothing. */
export function readSecretRecord(globalDir: string): SecretRecord {
  let record: JsonObject | undefined;
  try {
    record = parseObject(readFileSync(recordFile(globalDir), "utf8"));
  } catch {
    return NOTHING;
  }
  const starts = Object.entries(isObject(record?.["starts"]) ? record["starts"] : {});
  const owner = parseProcessIdentity(isObject(record?.["process"]) ? record["process"] : undefined);
  const isCurrent = owner !== undefined && fateOf(owner, thisProcess()) !== "dead";
  const told = (name: string): Readonly<Record<string, string>> => {
    const table = isCurrent && isObject(record?.[name]) ? Object.entries(record[name]) : [];
    return Object.fromEntries(
      table.flatMap(([key, why]) => (typeof why === "string" ? [[key, why] as const] : [])),
    );
  };
  return {
    starts: Object.fromEntries(
      starts.map(([alias, times]) => [alias, Array.isArray(times) ? times.filter(isTime) : []]),
    ),
    failing: told("failing"),
    sealed: told("sealed"),
  };
}

const isTime = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** In one step. Never throws: what is lost is a courtesy. */
export function writeSecretRecord(
  globalDir: string,
  { starts, failing, sealed }: SecretRecord,
  now: number,
): void {
  const kept = Object.entries(starts).map(([alias, times]) => [alias, recentStarts(times, now)]);
  const text = JSON.stringify({ process: thisProcess(), starts: Object.fromEntries(kept), failing, sealed });
  const file = recordFile(globalDir);
  const draft = `${file}.${process.pid}`;
  try {
    mkdirSync(globalDir, { recursive: true, mode: 0o700 });
    writeFileSync(draft, `${text}\n`, { mode: 0o600 });
    renameSync(draft, file);
  } catch {
    // A full disk must not stop anything.
  }
}
