// `config set|unset --dry-run`: what a change would meet, nothing written (OpenClaw docs, "Config", Dry run).
import { applyEdits } from "../config/apply-edits.ts";
import { formatIssue, readDocument } from "../config/document.ts";
import { validateDocument } from "../config/load.ts";
import type { SecretRef } from "../core/credential.ts";
import { isRef } from "../core/credential.ts";
import { AccessError, messageOf } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Assigned } from "./config-values.ts";
import { editsFor } from "./config-values.ts";
import { loginRefFault } from "./login-ref-fault.ts";
import type { CommandDeps } from "./open-deps.ts";

export interface DryRunReport {
  readonly ok: boolean;
  readonly operations: number;
  readonly configPath: string;
  readonly inputModes: readonly ("value" | "json" | "builder" | "unset")[];
  readonly checks: {
    readonly schema: boolean;
    readonly resolvability: boolean;
    readonly resolvabilityComplete: boolean;
  };
  readonly refsChecked: number;
  readonly skippedExecRefs: number;
  readonly errors?: readonly DryRunFault[];
}

interface DryRunFault {
  readonly kind: "missing-path" | "schema" | "resolvability";
  readonly message: string;
  readonly ref?: string;
}

/** @throws AccessError `bad_input` for a path or value that cannot be used at all, `config_invalid` */
export async function dryRunOf(
  deps: CommandDeps,
  assigned: readonly Assigned[],
  mode: DryRunReport["inputModes"][number],
): Promise<DryRunReport> {
  const { configPath } = deps.paths();
  const before = readDocument(configPath);
  const head = { operations: assigned.length, configPath, inputModes: [mode] };
  try {
    const edits = editsFor(before, assigned, configPath);
    const after = applyEdits(before, edits);
    const refs = edits.flatMap(({ value }) => refsIn(value));
    const inEnv = refs.filter(({ source }) => source === "env");
    const login = await loginRefFault(deps, before, after);
    const errors = [
      ...schemaFaults(before, after),
      ...(login === undefined ? [] : [{ kind: "schema" as const, message: login }]),
      ...unsetVariables(deps, inEnv),
    ];
    return {
      ok: errors.length === 0,
      ...head,
      checks: {
        schema: true,
        resolvability: refs.length > 0,
        resolvabilityComplete: inEnv.length === refs.length,
      },
      refsChecked: inEnv.length,
      skippedExecRefs: refs.filter(({ source }) => source === "exec").length,
      ...(errors.length > 0 && { errors }),
    };
  } catch (error) {
    if (mode !== "unset" || !(error instanceof AccessError)) throw error;
    const checks = { schema: false, resolvability: false, resolvabilityComplete: true };
    const errors = [{ kind: "missing-path" as const, message: messageOf(error) }];
    return { ok: false, ...head, checks, refsChecked: 0, skippedExecRefs: 0, errors };
  }
}

function schemaFaults(before: JsonObject, after: JsonObject): DryRunFault[] {
  const known = new Set(validateDocument(before).map(formatIssue));
  const faults = validateDocument(after).map(formatIssue);
  return faults.filter((each) => !known.has(each)).map((message) => ({ kind: "schema", message }));
}

function unsetVariables(deps: CommandDeps, refs: readonly SecretRef[]): DryRunFault[] {
  if (refs.length === 0) return [];
  const env = deps.env();
  return refs
    .filter(({ id }) => !env[id]?.trim())
    .map(({ source, provider, id }) => ({
      kind: "resolvability",
      message: `The environment variable ${id} is not set.`,
      ref: `${source}:${provider}:${id}`,
    }));
}

/** The references in a value. */
function refsIn(value: unknown): SecretRef[] {
  if (isRef(value)) return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(refsIn);
}
