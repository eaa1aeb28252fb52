// Model lists as their providers answered: `<stateDir>/state/access-models/<provider>.json`, one file each, so
// that refreshes do not meet and a broken file concerns one provider.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Paths } from "../config/paths.ts";
import type { ModelFacts } from "../core/catalog.ts";
import type { ProviderId } from "../core/ids.ts";
import { isObject, parseObject } from "../core/json.ts";
import { parseModelList } from "../providers/model-list-answer.ts";

const VERSION = 1;
const MOST_BYTES = 8 * 1024 * 1024;

export interface FetchedModels {
  /** ms since epoch */
  readonly fetchedAt: number;
  /** the address that was asked; a list from elsewhere says nothing about the provider as it is configured now */
  readonly url: string;
  readonly models: readonly ModelFacts[];
}

export type FetchedReading = FetchedModels | { readonly broken: string } | undefined;

const folderOf = (paths: Pick<Paths, "globalDir">): string => join(paths.globalDir, "access-models");

export const fetchedFile = (paths: Pick<Paths, "globalDir">, provider: ProviderId): string =>
  join(folderOf(paths), `${encodeURIComponent(provider)}.json`);

/** Providers whose list is there: one look at the folder, instead of one for each provider there is. */
export function fetchedProviders(paths: Pick<Paths, "globalDir">): ReadonlySet<ProviderId> {
  const folder = folderOf(paths);
  // Mostly there is no folder, and an error would cost more than all the rest.
  const files = statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? namesIn(folder) : [];
  return new Set(files.filter((name) => /^[^.].*\.json$/.test(name)).flatMap(providerOf));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function providerOf(file: string): ProviderId[] {
  try {
    return [decodeURIComponent(file.slice(0, -".json".length))];
  } catch {
    // Not a name that we give.
    return [];
  }
}

/** `undefined` when nothing was fetched. Never throws: the lists are a help, not a need. */
export function readFetched(paths: Pick<Paths, "globalDir">, provider: ProviderId): FetchedReading {
  const file = fetchedFile(paths, provider);
  let text: string;
  try {
    if (statSync(file).size > MOST_BYTES) return broken(file, "is too large", provider);
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR"
      ? undefined
      : broken(file, `cannot be read (${code})`, provider);
  }
  const document = parseObject(text);
  const rows = document && parseKept(document["models"]);
  const { version, fetchedAt, url } = document ?? {};
  if (!rows || version !== VERSION || typeof fetchedAt !== "number" || typeof url !== "string")
    return broken(file, "is damaged, or of another version", provider);
  return { fetchedAt, url, models: rows };
}

/** Rows of ours are an answer too: the same fields, checked the same way. */
function parseKept(rows: unknown): ModelFacts[] | undefined {
  if (!Array.isArray(rows)) return undefined;
  const plain = rows.map((row: unknown) => (isObject(row) ? asAnswer(row) : row));
  return parseModelList(plain);
}

function asAnswer(row: Readonly<Record<string, unknown>>) {
  const { id, name, input, contextWindow, contextTokens, maxTokens } = row;
  return {
    id,
    name,
    input_modalities: input,
    context_length: contextWindow,
    loaded_context_length: contextTokens,
    max_tokens: maxTokens,
  };
}

const broken = (file: string, fault: string, provider: ProviderId) => ({
  broken: `${file} ${fault}; the list was left out. To fetch it anew: openclaw models refresh --provider ${provider}`,
});

/** @throws the system's error; the old list is then untouched */
export async function writeFetched(
  paths: Pick<Paths, "globalDir">,
  provider: ProviderId,
  list: FetchedModels,
): Promise<void> {
  const { replaceFile } = await import("../config/replace-file.ts");
  const text = JSON.stringify({ version: VERSION, ...list }, null, 1);
  await replaceFile(fetchedFile(paths, provider), `${text}\n`);
}
