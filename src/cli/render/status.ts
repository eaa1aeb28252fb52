// `models status` for people: the sections and their order are OpenClaw's (fidelity spec §2.4).
import type { ProviderHealthRow, ProviderRow, StatusReport, Todo } from "../../access/status-report.ts";
import type { Io } from "../io.ts";
import { crossingRows } from "./crossing.ts";
import { probeRows } from "./probe.ts";
import { barWords, profileRows } from "./status-profiles.ts";
import type { Style } from "./style.ts";
import { styleFor } from "./style.ts";
import { table } from "./table.ts";
import { printable } from "./text.ts";
import { usageRows } from "./usage.ts";

type Screen = Pick<Io, "columns" | "colors">;
type Rows = readonly (readonly string[])[];

export function renderStatus(found: StatusReport, screen: Screen): string {
  const style = styleFor(screen);
  const report = printable(found);
  const section = (title: string, rows: Rows): string[] =>
    rows.length > 0 ? [`${style.heading(title)}\n${table(rows, screen.columns)}`] : [];
  const rows = (of: Rows): string[] => (of.length > 0 ? [table(of, screen.columns)] : []);
  const missing = report.todo.filter((todo) => isMissing(todo, report));
  const others = report.todo.filter((todo) => !isMissing(todo, report));
  return [
    table(modelRows(report, style), screen.columns),
    [...section("Auth overview", overviewRows(report, style)), ...rows(providerRows(report, style))].join(
      "\n",
    ),
    ...section("Runtime auth", runtimeRows(report)),
    ...section(
      "Missing auth",
      missing.map((todo) => todoRow(todo, style.bad)),
    ),
    ...section("OAuth/token status", profileRows(report, style)),
    ...section("Usage", usageRows(report.usage, style)),
    ...section("Funding", crossingRows(report.crossing, style)),
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
  ];
}

/** A line for each provider: whether it can be used, and where its credential comes from. */
function providerRows({ auth }: StatusReport, style: Style): Rows {
  const health = new Map(auth.oauth.providers.map((row) => [row.provider, row]));
  return auth.providers.map((row) => [
    `  ${row.provider}`,
    stateWord(row, health.get(row.provider), auth, style),
    [
      `${source(row, auth.storePath)} ${style.faint(alsoThere(row))}`.trimEnd(),
      ...barsElsewhere(row, auth, style),
    ].join("; "),
  ]);
}

/** Of what is not stored; each stored profile has a line of its own. */
const barsElsewhere = ({ provider }: ProviderRow, { unusableProfiles }: StatusReport["auth"], style: Style) =>
  unusableProfiles
    .filter((bar) => bar.provider === provider && /^(config|env):/.test(bar.profileId))
    .map((bar) => style.warn(barWords(bar)));

function stateWord(
  { provider, effective }: ProviderRow,
  health: ProviderHealthRow | undefined,
  auth: StatusReport["auth"],
  style: Style,
): string {
  if (effective.kind === "missing" || auth.missingProvidersInUse.includes(provider))
    return style.bad("missing");
  const whole = new Set(
    auth.unusableProfiles.flatMap((bar) => (bar.model === undefined ? [bar.profileId] : [])),
  );
  if (whole.has(`config:${provider}`) && effective.kind !== "env" && effective.kind !== "profiles")
    return style.warn("barred");
  if (!health || effective.kind !== "profiles") return style.good("ok");
  if (health.effectiveProfiles.every(({ profileId }) => whole.has(profileId))) return style.warn("barred");
  if (health.status === "expiring") return style.warn("expiring");
  const bad = health.status === "expired" || health.status === "missing";
  return bad ? style.bad(health.status) : style.good("ok");
}

/** Its own store needs no name: it is said above. */
function source({ effective, profiles, env, modelsJson }: ProviderRow, storePath: string): string {
  switch (effective.kind) {
    case "profiles":
      return storePath.endsWith(effective.detail.replace(/^~/, ""))
        ? `profiles: ${counts(profiles)}`
        : `profiles: ${counts(profiles)} in ${effective.detail}`;
    case "env":
      return `env: ${effective.detail} from ${env?.source.replace(/^env: /, "") ?? "the environment"}`;
    case "models.json":
      return `models.json: ${modelsJson?.value ?? effective.detail} from models.providers`;
    case "synthetic":
      return `${effective.detail}: needs no credential here`;
    case "aws-sdk":
      return `AWS credentials by ${effective.detail}`;
    case "missing":
      return "its key cannot be had";
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

const todoRow = (
  { provider, problem, remedy, otherwise }: Todo,
  color: (text: string) => string,
): string[] => [`  ${provider}`, color(problem), remedy, ...(otherwise === undefined ? [] : [otherwise])];
