// Each stored profile on a line of `models status`: what it is, how long it is good for, what bars it.
import { spokenDuration } from "../../access/duration.ts";
import type {
  ProfileHealthRow,
  ProviderHealthRow,
  StatusReport,
  UnusableRow,
} from "../../access/status-report.ts";
import { windowReason } from "./reasons.ts";
import type { Style } from "./style.ts";
import { testWords } from "./testing.ts";

export function profileRows({ auth }: StatusReport, style: Style): string[][] {
  const labels = new Map(auth.providers.flatMap(({ profiles }) => profiles.labels.map(splitLabel)));
  const bars = Map.groupBy(auth.unusableProfiles, ({ profileId }) => profileId);
  const tests = Map.groupBy(auth.testing ?? [], ({ profileId }) => profileId);
  return auth.oauth.providers.flatMap((provider) => [
    [`  ${provider.provider}`],
    ...provider.profiles.map((row) => {
      const barred = (bars.get(row.profileId) ?? []).map((bar) => style.warn(barWords(bar)));
      const testing = (tests.get(row.profileId) ?? []).map(testWords);
      const state = [healthWords(row, style), ...unusedWords(row, provider), ...barred, ...testing].join(
        "; ",
      );
      return [`    ${row.profileId}`, labels.get(row.profileId) ?? "", state];
    }),
  ]);
}

/** `id=label [cooldown 1h]` to the id and the label alone: the bar is said in words beside it. */
function splitLabel(label: string): [string, string] {
  const equals = label.indexOf("=");
  return [label.slice(0, equals), label.slice(equals + 1).replace(/ \[(cooldown|disabled).*\]$/, "")];
}

function healthWords(row: ProfileHealthRow, style: Style): string {
  const { status, reasonCode, remainingMs = 0, type } = row;
  if (row.problem === "login_needed") return style.bad(loginWords(row));
  if (row.problem !== undefined && isGood(row)) return style.bad(PROBLEMS[row.problem]);
  switch (status) {
    case "static":
      return style.good(type === "api_key" ? "ok" : "ok, no expiry");
    case "ok":
      return style.good(remainingMs > 0 ? `ok, expires in ${spokenDuration(remainingMs)}` : "ok");
    case "expiring":
      return style.warn(`expiring in ${spokenDuration(remainingMs)}`);
    case "expired":
      return style.bad(expiredWords(remainingMs));
    case "missing":
      return style.bad(reasonCode === "invalid_expires" ? "unusable: its expiry is not a time" : "empty");
  }
}

const loginWords = (row: ProfileHealthRow): string =>
  isGood(row) && row.remainingMs !== undefined
    ? `its login has ended, serves for ${spokenDuration(row.remainingMs)} more`
    : PROBLEMS.login_needed;

const expiredWords = (remainingMs: number): string =>
  remainingMs < 0 ? `expired ${spokenDuration(-remainingMs)} ago` : "expired";

const PROBLEMS: Readonly<Record<NonNullable<ProfileHealthRow["problem"]>, string>> = {
  unresolved_ref: "unusable: what it refers to is not set",
  ineligible_profile: "unusable: its mode in auth.profiles does not fit",
  login_needed: "unusable: its login has ended",
};

const isGood = ({ status }: ProfileHealthRow): boolean => status !== "expired" && status !== "missing";

/** Good, and yet no call uses it: the order names others. */
function unusedWords(row: ProfileHealthRow, { effectiveProfiles }: ProviderHealthRow): string[] {
  if (!isGood(row) || row.problem !== undefined) return [];
  const used = effectiveProfiles.some(({ profileId }) => profileId === row.profileId);
  return used ? [] : ["left out by the order"];
}

export function barWords({ kind, reason, model, window, remainingMs }: UnusableRow): string {
  const what = kind === "disabled" ? "disabled" : "cooling down";
  return `${what} for ${spokenDuration(remainingMs)} (${windowReason(reason, window)}${model === undefined ? "" : `, only ${model}`})`;
}
