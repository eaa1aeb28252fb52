// What is stored no more: runs that use it end as soon as that is known, before views are made of the news.
import type { AgentId } from "../../core/ids.ts";
import type { Reading } from "../../store/store.ts";
import type { Gone } from "./runs.ts";

/** What a store had that it has no more. What cannot be read is not gone. */
export function goneSince(owner: AgentId, before: Reading | undefined, after: Reading): Gone | undefined {
  if (!before || after.state.damaged) return undefined;
  const left = new Set(after.state.profiles.map(({ id }) => id));
  const ids = before.state.profiles.map(({ id }) => id).filter((id) => !left.has(id));
  return ids.length === 0 ? undefined : { owner, ids: new Set(ids) };
}
