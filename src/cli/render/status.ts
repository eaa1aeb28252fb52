// `models status` for people: the sections and their order are OpenClaw's (fidelity spec §2.4).
import { spokenDuration } from "../../access/duration.ts";
import type {
  ProfileHealthRow,
  ProviderRow,
  StatusReport,
  Todo,
  UnusableRow,
} from "../../access/status-report.ts";
import type { Io } from "../io.ts";
import { probeRows } from "./probe.ts";
import { barReason } from "./reasons.ts";
import type { Style } from "./style.ts";
import { styleFor } from "./style.ts";
import { table } from "./table.ts";

type Screen = Pick<Io, "columns" | "colors">;
type Rows = readonly (readonly string[])[];

export function renderStatus(report: StatusReport, screen: Screen): string {
  const style = styleFor(screen);
  const section = (title: string, rows: Rows): string[] =>
    rows.length > 0 ? [`${style.heading(title)}\n${table(rows, screen.columns)}`] : [];
  const missing = report.todo.filter((todo) => isMissing(todo, report));
  const others = report.todo.filter((todo) => !isMissing(todo, report));
  return [
    table(modelRows(report, style), screen.columns),
    ...section("Auth overview", overviewRows(report, style)),
    ...section("Runtime auth", runtimeRows(report)),
    ...section(
      "Missing auth",
      missing.map((todo) => todoRow(todo, style.bad)),
    ),
    ...section("OAuth/token status", healthRows(report, style)),
    ...section("Auth probes", probeRows(report, style)),
    ...section(
      "What to do",
      others.map((todo) => todoRow(todo, style.warn)),
    ),
  ].join("\n\n");
}

const isMissing = (todo: Todo, report: StatusReport): boolean =>
  report.auth.missingProvidersInUse.includes(todo.provider);

function modelRows(report: StatusReport, style: Style): Rows {
  const aliases = Object.entries(report.aliases).map(([alias, ref]) => `${alias} → ${ref}`);
  const { defaultModel, resolvedDefault, allowed } = report;
  const list = (items: readonly string[]) => items.join(", ") || style.faint("-");
  return [
    ["Config", report.configPath],
    ["Agent dir", report.agentDir],
    [
      "Default",
      defaultModel === resolvedDefault ? defaultModel : `${resolvedDefault} (from ${defaultModel})`,
    ],
    [`Fallbacks (${report.fallbacks.length})`, list(report.fallbacks)],
    ["Image model", report.imageModel ?? style.faint("-")],
    [`Image fallbacks (${report.imageFallbacks.length})`, list(report.imageFallbacks)],
    [`Aliases (${aliases.length})`, list(aliases)],
    [`Configured models (${allowed.length || "all"})`, list(allowed)],
  ];
}

function overviewRows({ auth }: StatusReport, style: Style): Rows {
  const { enabled, appliedKeys } = auth.shellEnvFallback;
  const shell = enabled ? `on${appliedKeys.length > 0 ? ` (${appliedKeys.join(", ")})` : ""}` : "off";
  return [
    ["  Auth store", auth.storePath],
    ["  Shell env", shell],
    ["  Providers with OAuth/tokens", auth.providersWithOAuth.join(", ") || style.faint("-")],
    ...auth.providers.map((row) => [
      `  ${row.provider}`,
      `${source(row)} ${style.faint(alsoThere(row))}`.trimEnd(),
    ]),
  ];
}

function source({ effective, profiles, env, modelsJson }: ProviderRow): string {
  switch (effective.kind) {
    case "profiles":
      return `profiles: ${counts(profiles)} in ${effective.detail}`;
    case "env":
      return `env: ${effective.detail} from ${env?.source.replace(/^env: /, "") ?? "the environment"}`;
    case "models.json":
      return `models.json: ${modelsJson?.value ?? effective.detail} from models.providers`;
    case "missing":
      return "missing: its key cannot be had";
  }
}

function counts({ oauth, token, apiKey }: ProviderRow["profiles"]): string {
  const words = [
    [oauth, "OAuth", "OAuth"],
    [token, "token", "tokens"],
    [apiKey, "API key", "API keys"],
  ] as const;
  return words.flatMap(([n, one, many]) => (n > 0 ? [`${n} ${n === 1 ? one : many}`] : [])).join(", ");
}

function alsoThere({ effective, env, modelsJson }: ProviderRow): string {
  const others = [
    ...(env && effective.kind !== "env" ? [env.source] : []),
    ...(modelsJson && effective.kind !== "models.json" ? ["models.providers"] : []),
  ];
  return others.length > 0 ? `(also ${others.join(", ")})` : "";
}

const runtimeRows = ({ auth }: StatusReport): Rows =>
  auth.runtimeAuthRoutes.map((route) => [
    `  ${route.provider}`,
    `${route.runtime} runtime, auth of ${route.authProvider}: ${route.status}`,
  ]);

const todoRow = ({ provider, problem, remedy }: Todo, color: (text: string) => string): string[] => [
  `  ${provider}`,
  color(problem),
  remedy,
];

function healthRows({ auth }: StatusReport, style: Style): Rows {
  const labels = new Map(auth.providers.flatMap(({ profiles }) => profiles.labels.map(splitLabel)));
  return auth.oauth.providers.flatMap(({ provider, profiles }) => [
    [`  ${provider}`],
    ...profiles.map((row) => {
      const bars = auth.unusableProfiles.filter(({ profileId }) => profileId === row.profileId);
      const state = [healthWords(row, style), ...bars.map((bar) => style.warn(barWords(bar)))].join("; ");
      return [`    ${row.profileId}`, labels.get(row.profileId) ?? "", state];
    }),
  ]);
}

/** `id=label [cooldown 1h]` to the id and the label alone: the bar is said in words beside it. */
function splitLabel(label: string): [string, string] {
  const equals = label.indexOf("=");
  return [label.slice(0, equals), label.slice(equals + 1).replace(/ \[(cooldown|disabled).*\]$/, "")];
}

function healthWords({ status, reasonCode, remainingMs = 0, type }: ProfileHealthRow, style: Style): string {
  switch (status) {
    case "static":
      return style.good(type === "api_key" ? "ok" : "ok, no expiry");
    case "ok":
      return style.good(remainingMs > 0 ? `ok, expires in ${spokenDuration(remainingMs)}` : "ok");
    case "expiring":
      return style.warn(`expiring in ${spokenDuration(remainingMs)}`);
    case "expired":
      return style.bad(`expired ${spokenDuration(-remainingMs)} ago`);
    case "missing":
      return style.bad(reasonCode === "invalid_expires" ? "unusable: its expiry is not a time" : "empty");
  }
}

function barWords({ kind, reason, model, remainingMs }: UnusableRow): string {
  const what = kind === "disabled" ? "disabled" : "cooling down";
  return `${what} for ${spokenDuration(remainingMs)} (${barReason(reason)}${model === undefined ? "" : `, only ${model}`})`;
}
