// The list of conversations, for people.
import { spokenDuration } from "../../access/duration.ts";
import type { SessionListRow, SessionsReport } from "../../access/sessions-list.ts";
import type { Io } from "../io.ts";
import { table } from "./table.ts";

export function renderSessions(
  { sessions, hasMore, totalCount }: SessionsReport,
  { columns }: Pick<Io, "columns">,
): string {
  if (sessions.length === 0) return "No conversations. Begin one: openclaw chat";
  const more = hasMore ? [`${totalCount - sessions.length} older ones are not shown: --limit all`] : [];
  return [table(sessions.map(cellsOf), columns), ...more].join("\n");
}

const cellsOf = (row: SessionListRow): string[] => [
  row.label === undefined ? row.key : `${row.key} (${row.label})`,
  `${spokenDuration(row.ageMs)} ago`,
  row.model === null ? "-" : `${row.modelProvider}/${row.model}${pinOf(row)}`,
  tokensOf(row),
];

/** As it is typed behind `/model`. */
const pinOf = ({ authProfileOverride: id, authProfileOverrideSource: source }: SessionListRow): string =>
  source === "user" ? `@${id}` : "";

const tokensOf = ({ totalTokens, turns }: SessionListRow): string =>
  `${turns} ${turns === 1 ? "turn" : "turns"}, ${totalTokens} tokens`;
