// `openclaw secrets audit`: secrets that lie in plain text, and references that lead nowhere. Reads; writes nothing,
// and starts no program unless it is told to (fidelity spec §8; findings as seen in 2026.7.1).
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Config } from "../config/config.ts";
import type { AgentId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import { AccessError, messageOf } from "../core/errors.ts";
import { aliasFault, refFault, refKey } from "../core/secret-ref.ts";
import type { CommandDeps } from "./open-deps.ts";
import type { Finding, FoundRef, Scan } from "./secrets-audit-scan.ts";
import { scanConfig, scanStore } from "./secrets-audit-scan.ts";
import { scanDotenv, scanLegacy, scanRegistry, scanTrashed, scanVariables } from "./secrets-audit-files.ts";
import { trashedFolders } from "./logout-copies.ts";

export interface AuditReport {
  readonly version: 1;
  readonly status: "clean" | "findings" | "unresolved";
  readonly resolution: {
    readonly refsChecked: number;
    readonly skippedExecRefs: number;
    readonly resolvabilityComplete: boolean;
  };
  /** absolute, sorted */
  readonly filesScanned: readonly string[];
  readonly summary: {
    readonly plaintextCount: number;
    readonly unresolvedRefCount: number;
    readonly shadowedRefCount: number;
    readonly legacyResidueCount: number;
  };
  readonly findings: readonly Finding[];
}

/** @throws AccessError `store_unreadable`: what cannot be read must not pass for clean */
export async function auditSecrets(
  deps: CommandDeps,
  { allowExec }: { readonly allowExec: boolean },
): Promise<AuditReport> {
  const paths = deps.paths();
  let config: Config;
  try {
    config = deps.config();
  } catch (error) {
    if (!(error instanceof AccessError && error.code === "config_invalid")) throw error;
    return reportOf([unusable(paths.configPath, messageOf(error))], [], [paths.configPath]);
  }
  const scans: Scan[] = [scanConfig(paths.configPath), scanVariables(paths.configPath, config)];
  for (const agent of agentsOf(config)) {
    const file = paths.agentDatabase(agent);
    if (!existsSync(file)) continue;
    const { state } = await deps.store().read(agent, "facts");
    scans.push(scanStore(file, state.profiles, config));
  }
  scans.push(scanDotenv(paths.dotenvPath, config));
  for (const agent of agentsOf(config)) {
    scans.push(scanRegistry(resolve(paths.agentDir(agent), "models.json")));
    for (const name of ["auth.json", "auth-profiles.json"])
      scans.push(scanLegacy(resolve(paths.agentDir(agent), name)));
  }
  for (const folder of trashedFolders(paths.home)) scans.push(...scanTrashed(folder, config));
  const refs = scans.flatMap((scan) => scan.refs);
  const asked = refs.filter(({ ref }) => allowExec || ref.source !== "exec");
  const findings = [
    ...scans.flatMap((scan) => scan.findings),
    ...(await unresolved(
      deps,
      config,
      refs.filter((one) => asked.includes(one) || isVain(one, config)),
    )),
    ...shadowed(refs, scans),
  ];
  const files = new Set(scans.filter(({ scanned }) => scanned).map(({ file }) => file));
  return reportOf(findings, refs, [...files], keysOf(asked).size);
}

/** It cannot be had whatever its program says. */
const isVain = ({ ref, refused }: FoundRef, { secretProviders }: Config): boolean =>
  (refused ?? refFault(ref) ?? aliasFault(ref, secretProviders)) !== undefined;

const keysOf = (refs: readonly FoundRef[]): ReadonlySet<string> =>
  new Set(refs.map(({ ref }) => refKey(ref)));

const agentsOf = ({ agents }: Config): AgentId[] => [...new Set([MAIN_AGENT, ...agents.map(({ id }) => id)])];

const unusable = (file: string, why: string): Finding => ({
  code: "REF_UNRESOLVED",
  severity: "error",
  file,
  jsonPath: "<root>",
  message: `References cannot be checked: ${why}`,
});

async function unresolved(deps: CommandDeps, config: Config, refs: readonly FoundRef[]): Promise<Finding[]> {
  if (refs.length === 0) return [];
  const { resolveRefs } = await import("../secrets/resolve.ts");
  const outcomes = await resolveRefs(
    refs.map(({ ref }) => ref),
    {
      providers: config.secretProviders,
      limits: config.secretLimits,
      env: deps.env(),
      home: deps.paths().home,
    },
  );
  return refs.flatMap(({ ref, refused, place }): Finding[] => {
    const outcome = outcomes.get(refKey(ref));
    const problem = refused ?? (outcome && "problem" in outcome ? outcome.problem : undefined);
    if (problem === undefined) return [];
    const what = refused === undefined ? refKey(ref).replace("env::", "env:") : place.jsonPath;
    const message = `${what} cannot be had: ${problem}.`;
    return [{ code: "REF_UNRESOLVED", severity: "error", ...place, message }];
  });
}

/** A stored credential goes before the key of the config: the reference there may never be used. */
function shadowed(refs: readonly FoundRef[], scans: readonly Scan[]): Finding[] {
  const stored = new Set(scans.flatMap(({ credentialsOf = [] }) => credentialsOf));
  return refs.flatMap(({ place: { jsonPath, provider } }): Finding[] =>
    provider !== undefined && jsonPath === `models.providers.${provider}.apiKey` && stored.has(provider)
      ? [
          {
            code: "REF_SHADOWED",
            severity: "warn",
            // As OpenClaw names it.
            file: "openclaw.json",
            jsonPath,
            provider,
            message: `A stored credential of ${provider} goes before this reference, which may never be used.`,
          },
        ]
      : [],
  );
}

function reportOf(
  findings: readonly Finding[],
  refs: readonly FoundRef[],
  files: readonly string[],
  refsChecked = 0,
): AuditReport {
  const count = (code: Finding["code"]) => findings.filter((finding) => finding.code === code).length;
  const unresolvedRefCount = count("REF_UNRESOLVED");
  const skippedExecRefs = keysOf(refs).size - refsChecked;
  return {
    version: 1,
    status: unresolvedRefCount > 0 ? "unresolved" : findings.length > 0 ? "findings" : "clean",
    resolution: { refsChecked, skippedExecRefs, resolvabilityComplete: skippedExecRefs === 0 },
    filesScanned: files.toSorted(),
    summary: {
      plaintextCount: count("PLAINTEXT_FOUND"),
      unresolvedRefCount,
      shadowedRefCount: count("REF_SHADOWED"),
      legacyResidueCount: count("LEGACY_RESIDUE"),
    },
    findings,
  };
}
