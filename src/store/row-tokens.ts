// Which refresh tokens the rows of an agent are about. Works on values.
import type { Credential } from "../core/credential.ts";
import type { AgentRows } from "./draft.ts";
import { hashRow } from "./draft.ts";
import { tokenOf } from "./families.ts";
import type { RefreshToken } from "./store.ts";

export function tokensOf(holders: Iterable<{ readonly credential?: Credential }>): readonly RefreshToken[] {
  return [...holders].flatMap(({ credential }) => tokenOf(credential) ?? []);
}

/** What an old copy in the row gives way to, which may be an old copy itself by now. */
export const rememberedTokens = ({
  store,
  storeLeft,
  written,
}: Pick<AgentRows, "store" | "storeLeft" | "written">): readonly RefreshToken[] =>
  storeLeft === hashRow(store) ? [] : tokensOf(written.values());
