// Which agent a channel's messages go to: the entries of `bindings` in openclaw.json (OpenClaw docs, "Agents").
// The entries are OpenClaw's; what is not understood of them is kept as it is.
import { AccessError } from "./errors.ts";
import type { AgentId } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import { isObject } from "./json.ts";

export interface NewBinding {
  readonly channel: string;
  /** `*` is every account; absent is the channel's default account */
  readonly accountId?: string;
}

/** Sentences such as `telegram accountId=ops`. */
export interface BindingReport {
  readonly added: readonly string[];
  /** entries without an account that got one */
  readonly updated: readonly string[];
  /** the agent has them already */
  readonly skipped: readonly string[];
  /** another agent has them; left there */
  readonly conflicts: readonly string[];
}

/**
 * `telegram`, `telegram:ops` or `telegram:*`.
 *
 * @throws AccessError `bad_input`
 */
export function parseBinding(text: string, channels: readonly string[]): NewBinding {
  const [channel = "", accountId, ...more] = text.split(":").map((part) => part.trim());
  if (more.length > 0 || accountId === "" || /\p{Cc}/u.test(text))
    throw new AccessError(
      "bad_input",
      `"${text}" is no binding. Use <channel> or <channel>:<account>, for example telegram:ops`,
    );
  const known = channels.find((id) => id === channel.toLowerCase());
  if (known === undefined)
    throw new AccessError(
      "bad_input",
      `There is no channel "${channel}". Channels: ${channels.join(", ")}; or one under "channels" in openclaw.json.`,
    );
  return { channel: known, ...(accountId === undefined ? {} : { accountId }) };
}

const textOf = (value: unknown): string => (typeof value === "string" ? value.trim() : "");

export const isBindingOf = (entry: unknown, agent: AgentId): boolean =>
  isObject(entry) && textOf(entry["agentId"]).toLowerCase() === agent;

/** Entries that route messages; others belong to other protocols. */
const isRoute = (entry: unknown): entry is JsonObject & { readonly match: JsonObject } =>
  isObject(entry) && isObject(entry["match"]) && (entry["type"] ?? "route") === "route";

export const routesOf = (bindings: readonly unknown[], agent: AgentId): JsonObject[] =>
  bindings.filter(isRoute).filter((entry) => isBindingOf(entry, agent));

export function describeBinding(entry: JsonObject): string {
  const match = isObject(entry["match"]) ? entry["match"] : {};
  const peer = isObject(match["peer"])
    ? `${textOf(match["peer"]["kind"])}:${textOf(match["peer"]["id"])}`
    : "";
  const parts = [
    ["accountId", textOf(match["accountId"])],
    ["peer", peer],
    ["guild", textOf(match["guildId"])],
    ["team", textOf(match["teamId"])],
  ].flatMap(([name, value]) => (value ? [`${name}=${value}`] : []));
  return [textOf(match["channel"]), ...parts].join(" ");
}

/** What two entries must share to catch the same messages, but for the account. */
function scopeOf(match: JsonObject): string {
  const { accountId: _, roles, ...rest } = match;
  const sorted = Array.isArray(roles) && roles.length > 0 ? roles.map(String).toSorted() : undefined;
  const entries = Object.entries({ ...rest, ...(sorted ? { roles: sorted } : {}) });
  return JSON.stringify(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const DEFAULT_ACCOUNT = "default";
const accountOf = (match: JsonObject): string => textOf(match["accountId"]) || DEFAULT_ACCOUNT;

/** The entries with the agent's new ones. Pure; an entry of another agent is never taken away. */
export function addBindings(
  bindings: readonly unknown[],
  agent: AgentId,
  wanted: readonly NewBinding[],
): { readonly bindings: readonly unknown[]; readonly report: BindingReport } {
  const next = [...bindings];
  const report = { added: [], updated: [], skipped: [], conflicts: [] } as Record<
    keyof BindingReport,
    string[]
  >;
  for (const { channel, accountId } of wanted) {
    const entry = { type: "route", agentId: agent, match: { channel, ...(accountId ? { accountId } : {}) } };
    const [scope, account] = [scopeOf(entry.match), accountOf(entry.match)];
    const same = next.filter(isRoute).filter(({ match }) => scopeOf(match) === scope);
    const taken = same.find(({ match }) => accountOf(match) === account);
    const open = same.find((known) => isBindingOf(known, agent) && !textOf(known.match["accountId"]));
    if (taken && isBindingOf(taken, agent)) report.skipped.push(describeBinding(entry));
    else if (taken) report.conflicts.push(`${describeBinding(entry)} (agent=${textOf(taken["agentId"])})`);
    else if (open && accountId) {
      next[next.indexOf(open)] = { ...open, match: { ...open.match, accountId } };
      report.updated.push(describeBinding(entry));
    } else {
      next.push(entry);
      report.added.push(describeBinding(entry));
    }
  }
  return { bindings: next, report };
}
