// The ways to say what `config set` writes: a value, the parts of a reference, the parts of a secret provider, or
// several at once (OpenClaw docs, "Config", `config set` modes).
import { readFileSync } from "node:fs";
import type { Assigned } from "../access/config-values.ts";
import type { DryRunReport } from "../access/config-dry-run.ts";
import { parseValue, valueToSet } from "../config/new-value.ts";
import { AccessError, messageOf } from "../core/errors.ts";
import { isObject } from "../core/json.ts";
import type { ProviderFlags } from "./config-provider-flags.ts";
import { providerOf } from "./config-provider-flags.ts";

export interface SetFlags extends ProviderFlags {
  readonly strictJson: boolean;
  readonly merge: boolean;
  readonly replace: boolean;
  readonly dryRun: boolean;
  readonly refProvider?: string;
  readonly refSource?: string;
  readonly refId?: string;
  readonly batchJson?: string;
  readonly batchFile?: string;
  readonly json: boolean;
}

export interface Wanted {
  readonly assigned: readonly Assigned[];
  readonly mode: DryRunReport["inputModes"][number];
}

const refuse = (message: string): AccessError =>
  new AccessError("bad_input", `${message} See openclaw config set --help.`);

/** @throws AccessError `bad_input` for words that do not fit together, or a value that cannot be written */
export function wantedBy(flags: SetFlags, path: string | undefined, text: string | undefined): Wanted {
  if (flags.merge && flags.replace) throw refuse("--merge and --replace exclude each other.");
  if (flags.batchJson !== undefined || flags.batchFile !== undefined) return batch(flags, path);
  if (path === undefined) throw refuse("<path> is missing.");
  const built = referenceOf(flags) ?? providerOf(flags, path);
  if (built && text !== undefined)
    throw refuse("Give a value or its parts (--ref-…, --provider-…), not both.");
  if (built) return { assigned: [assignment(flags, path, built)], mode: "builder" };
  if (text === undefined) throw refuse("<value> is missing.");
  const strict = flags.strictJson || flags.json;
  return { assigned: [assignment(flags, path, parseValue(text, strict))], mode: strict ? "json" : "value" };
}

const assignment = ({ merge, replace }: SetFlags, typed: string, value: unknown): Assigned => ({
  typed,
  valueFor: (current, path) => valueToSet(current, { path, value, merge, replace }),
});

function referenceOf({ refProvider, refSource, refId }: SetFlags) {
  if (refProvider === undefined && refSource === undefined && refId === undefined) return undefined;
  if (refProvider !== undefined && refSource !== undefined && refId !== undefined)
    return { source: refSource, provider: refProvider, id: refId };
  throw refuse("A reference needs all three: --ref-source, --ref-provider and --ref-id.");
}

function batch(flags: SetFlags, path: string | undefined): Wanted {
  const { batchJson, batchFile } = flags;
  if (path !== undefined) throw refuse("With --batch-json or --batch-file, the paths stand in the batch.");
  if (batchJson !== undefined && batchFile !== undefined)
    throw refuse("--batch-json and --batch-file exclude each other.");
  const entries = parseValue(batchJson ?? textOf(batchFile!), true);
  if (!Array.isArray(entries) || entries.length === 0)
    throw refuse('A batch is a JSON list such as [{"path": "a.b", "value": 1}].');
  return { assigned: entries.map((entry, index) => batchEntry(flags, entry, index)), mode: "json" };
}

function batchEntry(flags: SetFlags, entry: unknown, index: number): Assigned {
  const fields = isObject(entry) ? entry : {};
  const given = ["value", "ref", "provider"].filter((name) => Object.hasOwn(fields, name));
  if (typeof fields["path"] === "string" && given.length === 1)
    return assignment(flags, fields["path"], fields[given[0]!]);
  throw refuse(`Entry ${index + 1} of the batch needs a path and one of value, ref and provider.`);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new AccessError("bad_input", `${file} cannot be read: ${messageOf(cause)}.`, { cause });
  }
}
