// One change of a token family, inside a write transaction on main's file.
import type { DatabaseSync } from "node:sqlite";
import type { Family, FamilyChange, TokenSet } from "../core/family.ts";
import { changedFamily } from "../core/family.ts";
import type { ProfileId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import { applyChange } from "./change.ts";
import type { AgentRows, Meaning } from "./draft.ts";
import { interpret, stateOf } from "./draft.ts";
import { renewedProfiles, tokenOf } from "./families.ts";
import { forgetOldFamilies, joinFamilies, loadFamilies, saveFamily } from "./family-rows.ts";
import type { Renewal } from "./renewed-elsewhere.ts";
import { tokensIn } from "./renewed-elsewhere.ts";
import { loadStore, saveDraft } from "./rows.ts";
import { ensureSchema } from "./schema.ts";
import type { RefreshToken } from "./store.ts";

export interface Main {
  readonly meaning: Meaning;
  /** as `loadRows` */
  readonly rowsOf: (touched: readonly ProfileId[]) => AgentRows;
}

export function changeFamily(
  db: DatabaseSync,
  token: RefreshToken,
  decide: (family: Family) => FamilyChange | undefined,
  main: Main,
): Family {
  const { fingerprintOf, now } = main.meaning;
  const asked = fingerprintOf(token);
  const family = loadFamilies(db, [asked]).get(asked) ?? { id: asked, spent: false };
  const change = decide(family);
  if (!change) return family;
  ensureSchema(db, MAIN_AGENT, now);
  if (change.newest) renewMain(db, token, change.newest, main);
  const { provider } = token;
  const newest = change.newest ? fingerprintOf({ provider, refresh: change.newest.refresh }) : asked;
  const changed = changedFamily(family, change);
  saveFamily(db, { family: changed, provider, asked, newest }, now);
  if (change.intent) forgetOldFamilies(db, family.id, now);
  return changed;
}

/** Profiles of main that hold the token get the new ones. */
function renewMain(db: DatabaseSync, token: RefreshToken, newest: TokenSet, { meaning, rowsOf }: Main): void {
  const { profiles } = meaning.credentialsIn(loadStore(db));
  const logins = [...profiles.values()].filter(
    ({ credential }) => tokenOf(credential)?.provider === token.provider,
  );
  if (logins.length === 0) return;
  const draft = interpret(rowsOf(logins.map(({ id }) => id)), meaning);
  // A row that cannot be read is not written over. The family has the tokens.
  if (draft.store.fault) return;
  applyChange(draft, renewedProfiles(stateOf(draft), token, newest), meaning);
  saveDraft(db, draft, meaning.now);
  joinRenewals(db, draft.renewals, meaning);
}

/** What other programs renewed, as the families have it: in main's file, inside a write transaction. */
export function joinRenewals(db: DatabaseSync, renewals: readonly Renewal[], meaning: Meaning): void {
  const { fingerprintOf, now } = meaning;
  for (const renewal of renewals) {
    const { spent } = renewal;
    const tokens = tokensIn(renewal, now, meaning.machine());
    const newest = fingerprintOf({ ...spent, refresh: tokens.refresh });
    joinFamilies(db, { provider: spent.provider, asked: fingerprintOf(spent), newest, tokens }, now);
  }
}
