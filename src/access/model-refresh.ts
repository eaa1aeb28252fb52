// `models refresh`: asks providers for their models and keeps the answers for `list`, `set` and the gateway.
import type { Config } from "../config/config.ts";
import type { ModelFacts } from "../core/catalog.ts";
import { AccessError, messageOf } from "../core/errors.ts";
import type { ProviderId } from "../core/ids.ts";
import { nearest } from "../core/nearest.ts";
import { findProvider, PROVIDERS } from "../providers/all.ts";
import { LOCAL_SERVERS } from "../providers/model-lists.ts";
import type { Deps } from "./deps.ts";
import { fetchedFile, readFetched, writeFetched } from "./fetched-models.ts";
import { openForAgent } from "./model-list.ts";
import type { Asker } from "./model-question.ts";
import { askForModels, listAddress } from "./model-question.ts";
import { defaultAgent } from "./read-view.ts";
import { readReadyView } from "./ready-view.ts";
import { withRefs } from "./secret-refs.ts";

/** One question, whole. */
const TIMEOUT_MS = 15_000;
const AT_ONCE = 6;

export interface RefreshRow {
  readonly provider: ProviderId;
  readonly status: "refreshed" | "failed";
  /** models in the list */
  readonly count?: number;
  /** models that the list before did not have, and that it had and this one has not */
  readonly added?: number;
  readonly removed?: number;
  readonly error?: string;
}

export interface RefreshReport {
  readonly providers: readonly RefreshRow[];
  readonly warnings: readonly string[];
}

export interface RefreshRequest {
  readonly provider?: ProviderId | undefined;
  readonly onAnswer?: (row: RefreshRow) => void;
}

/**
 * The lists of all providers that a credential reaches, and of local servers that run; or of one provider.
 *
 * @throws AccessError `unknown_provider`; `bad_input` when the provider has no list; `store_unwritable`
 */
export async function refreshModels(opened: Deps, request: RefreshRequest): Promise<RefreshReport> {
  const agent = defaultAgent(opened.config());
  const isAsked = (id: ProviderId) => request.provider === undefined || id === request.provider;
  const deps = await withRefs(opened, { agent, only: isAsked });
  const { asker, warnings } = await openForAgent(deps, agent, (own, id) =>
    readReadyView(own, id, {
      only: ({ provider }) => request.provider === undefined || provider === request.provider,
      timeoutMs: TIMEOUT_MS,
    }),
  );
  const targets = request.provider === undefined ? reachable(asker) : [named(asker.config, request.provider)];
  const rows: RefreshRow[] = [];
  const waiting = targets.values();
  const worker = async () => {
    for (const provider of waiting) {
      const row = await refreshOne(deps, asker, provider, request.provider !== undefined);
      if (row) rows.push(row);
      if (row) request.onAnswer?.(row);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { providers: rows.toSorted((a, b) => (a.provider < b.provider ? -1 : 1)), warnings };
}

function reachable({ config, usable }: Asker): ProviderId[] {
  const known = new Set([...config.providers.keys(), ...PROVIDERS.map(({ id }) => id)]);
  const local = new Set(LOCAL_SERVERS);
  return [...known].filter(
    (id) =>
      listAddress(config, id) !== undefined &&
      (local.has(id) || config.providers.has(id) || usable.of(id).length > 0),
  );
}

function named(config: Config, provider: ProviderId): ProviderId {
  if (!config.providers.has(provider) && findProvider(provider) === undefined) {
    const guess = nearest(provider, [...config.providers.keys(), ...PROVIDERS.map(({ id }) => id)]);
    const hint = guess === undefined ? "" : ` Did you mean ${guess}?`;
    throw new AccessError("unknown_provider", `There is no provider "${provider}".${hint}`);
  }
  if (listAddress(config, provider)) return provider;
  throw new AccessError(
    "bad_input",
    `${provider} has no model list that could be asked for. Its models can be written into models.providers.${provider}.models.`,
  );
}

/** @returns nothing for a local server that is not there and that nobody named */
async function refreshOne(
  deps: Deps,
  asker: Asker,
  provider: ProviderId,
  expected: boolean,
): Promise<RefreshRow | undefined> {
  const address = listAddress(asker.config, provider)!;
  const answer = await askForModels(asker, provider, address, TIMEOUT_MS);
  if ("models" in answer) return await keep(deps, provider, address.url, answer.models);
  const guessed =
    !expected && !asker.config.providers.has(provider) && asker.usable.of(provider).length === 0;
  return guessed ? undefined : { provider, status: "failed", error: `${provider} ${answer.failed}` };
}

async function keep(
  deps: Deps,
  provider: ProviderId,
  url: string,
  models: readonly ModelFacts[],
): Promise<RefreshRow> {
  const before = readFetched(deps.paths(), provider);
  const old = new Set(before && "models" in before ? before.models.map(({ id }) => id) : []);
  try {
    await writeFetched(deps.paths(), provider, { fetchedAt: deps.now(), url, models });
  } catch (cause) {
    const file = fetchedFile(deps.paths(), provider);
    throw new AccessError("store_unwritable", `${file} cannot be written: ${messageOf(cause)}`, { cause });
  }
  const kept = models.filter(({ id }) => old.has(id)).length;
  const counts = { count: models.length, added: models.length - kept, removed: old.size - kept };
  return { provider, status: "refreshed", ...counts };
}
