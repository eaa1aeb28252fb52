// Lengths of time: as people type them, and as they read them.
import { AccessError } from "../core/errors.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY };

/**
 * `500ms`, `90m`, `1d12h`; a bare number counts days (fidelity spec §4, `--expires-in`).
 *
 * @returns ms, above zero
 * @throws AccessError `bad_input`
 */
export function parseDuration(text: string): number {
  const trimmed = text.trim().toLowerCase();
  const parts = /^\d+(\.\d+)?$/.test(trimmed)
    ? [`${trimmed}d`]
    : (trimmed.match(/\d+(\.\d+)?(ms|[smhd])/g) ?? []);
  const ms = parts.reduce((sum, part) => sum + partMs(part), 0);
  const complete = parts.join("") === trimmed || parts[0] === `${trimmed}d`;
  if (complete && ms >= 1 && ms < 1000 * 365 * DAY) return Math.round(ms);
  throw new AccessError("bad_input", `"${text}" is not a duration. Use 365d, 12h, 1d12h or 30 (days).`);
}

function partMs(part: string): number {
  const [, amount, unit] = /^([\d.]+)(\D+)$/.exec(part)!;
  return Number(amount) * UNITS_MS[unit!]!;
}

/** `12m`, `5h`, `10d`: one unit, rounded, for labels; OpenClaw's form. */
export function shortDuration(ms: number): string {
  if (ms <= 0) return "0m";
  const minutes = Math.max(1, Math.round(ms / MINUTE));
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours}h` : `${Math.round(hours / 24)}d`;
}

/** `25 seconds`, `1 hour`, `10 days`: one unit, for sentences. */
export function spokenDuration(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / SECOND));
  if (seconds < 90) return counted(seconds, "second");
  const minutes = Math.round(ms / MINUTE);
  if (minutes < 90) return counted(minutes, "minute");
  const hours = Math.round(ms / HOUR);
  return hours < 48 ? counted(hours, "hour") : counted(Math.round(ms / DAY), "day");
}

const counted = (n: number, unit: string): string => `${n} ${unit}${n === 1 ? "" : "s"}`;
