// Client keys for people.
import type { KeyRow, KeyUseRow } from "../../access/client-keys.ts";
import { spokenDuration } from "../../access/duration.ts";
import type { KeyLimits } from "../../core/client-key.ts";
import type { Io } from "../io.ts";
import type { Style } from "./style.ts";
import { styleFor } from "./style.ts";
import { table } from "./table.ts";
import { printable } from "./text.ts";

export function renderKeys(
  found: readonly KeyRow[],
  screen: Pick<Io, "columns" | "colors">,
  now: number,
): string {
  if (found.length === 0) return "No client keys. To make one: openclaw gateway keys add <name>";
  const style = styleFor(screen);
  const head = ["Name", "Id", "State", "Today", "Month", "Last used", "May use", "Limits"].map(style.heading);
  const rows = printable(found).map((row) => [
    row.name,
    row.id,
    state(row, now, style),
    used(row.usage.today),
    used(row.usage.month),
    row.usage.lastUsedAt === undefined ? "never" : ago(row.usage.lastUsedAt, now),
    row.models?.join(", ") ?? "all",
    limitWords(row.limits).join(", ") || "none",
  ]);
  return table([head, ...rows], screen.columns);
}

/** What is said beside a key that was just made. */
export function renderNewKey({ name, models, limits, expiresAt }: KeyRow): string {
  const words = limitWords(limits);
  return [
    `This is the key of ${name}. It is shown this once: only its digest is kept.`,
    `  May use: ${models?.join(", ") ?? "all models and agents"}`,
    ...(words.length > 0 ? [`  Limits: ${words.join(", ")}`] : []),
    ...(expiresAt === undefined ? [] : [`  Expires: ${expiresAt}`]),
    "Clients send it as Authorization: Bearer … or x-api-key: …, in the place of the provider's key.",
  ].join("\n");
}

function state({ state: word, expiresAt }: KeyRow, now: number, style: Style): string {
  if (word !== "active") return style.bad(word);
  return expiresAt === undefined
    ? style.good(word)
    : `expires in ${spokenDuration(Date.parse(expiresAt) - now)}`;
}

const used = ({ requests, tokens, dollars, unpriced }: KeyUseRow): string =>
  `${requests} req, ${tokens} tok, $${dollars.toFixed(dollars > 0 && dollars < 1 ? 4 : 2)}${unpriced ? `+${unpriced} unpriced` : ""}`;

const ago = (iso: string, now: number): string => `${spokenDuration(now - Date.parse(iso))} ago`;

const LIMIT_WORDS: readonly (readonly [keyof KeyLimits, (amount: number) => string])[] = [
  ["requestsPerMinute", (n) => `${n} requests/min`],
  ["tokensPerMinute", (n) => `${n} tokens/min`],
  ["tokensPerDay", (n) => `${n} tokens/day`],
  ["tokensPerMonth", (n) => `${n} tokens/month`],
  ["dollarsPerDay", (n) => `$${n}/day`],
  ["dollarsPerMonth", (n) => `$${n}/month`],
];

const limitWords = (limits: KeyLimits): string[] =>
  LIMIT_WORDS.flatMap(([limit, words]) => {
    const amount = limits[limit];
    return amount === undefined ? [] : [words(amount)];
  });
