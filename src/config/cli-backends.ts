// `agents.defaults.cliBackends`: how local programs with a login of their own are run (OpenClaw docs, "CLI backends").
import * as v from "valibot";
import { isObject } from "../core/json.ts";
import { formatPath } from "./document.ts";

const word = v.pipe(v.string(), v.trim(), v.nonEmpty());
const words = v.array(v.string());
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const time = v.exactOptional(v.pipe(count, v.minValue(1000)));
const watchdog = v.object({
  noOutputTimeoutMs: time,
  noOutputTimeoutRatio: v.exactOptional(v.pipe(v.number(), v.minValue(0.05), v.maxValue(0.95))),
  minMs: time,
  maxMs: time,
});

/** What else a backend of OpenClaw has is left alone: MCP bridges, live processes, transforms. */
const FIELDS = {
  command: word,
  args: words,
  resumeArgs: words,
  output: v.picklist(["json", "jsonl", "text"]),
  resumeOutput: v.picklist(["json", "jsonl", "text"]),
  jsonlDialect: v.picklist(["claude-stream-json", "gemini-stream-json", "codex-json"]),
  input: v.picklist(["arg", "stdin"]),
  env: v.record(v.string(), v.string()),
  clearEnv: words,
  modelArg: word,
  modelAliases: v.record(v.string(), word),
  sessionArg: word,
  sessionArgs: words,
  sessionMode: v.picklist(["always", "existing", "none"]),
  sessionIdFields: words,
  systemPromptFileArg: word,
  systemPromptFileConfigArg: word,
  systemPromptFileConfigKey: word,
  systemPromptWhen: v.picklist(["first", "always", "never"]),
  imageArg: word,
  imageMode: v.picklist(["repeat", "list"]),
  imagePathScope: v.picklist(["temp", "workspace"]),
  serialize: v.boolean(),
  reliability: v.object({
    outputLimits: v.exactOptional(
      v.object({ maxTurnRawChars: v.exactOptional(count), maxTurnLines: v.exactOptional(count) }),
    ),
    watchdog: v.exactOptional(
      v.object({ fresh: v.exactOptional(watchdog), resume: v.exactOptional(watchdog) }),
    ),
  }),
} as const;

type Fields = typeof FIELDS;
/** As the config has it; what is absent is as the backend's defaults say. */
export type CliBackendSettings = { readonly [K in keyof Fields]?: v.InferOutput<Fields[K]> };

/** A field that is not as it should be is left out, and said: it must not stop what needs no backend. */
export function readCliBackends(section: unknown): {
  readonly cliBackends: ReadonlyMap<string, CliBackendSettings>;
  readonly warnings: readonly string[];
} {
  const warnings: string[] = [];
  const backends = isObject(section) ? Object.entries(section) : [];
  const cliBackends = new Map(
    backends.map(([id, entry]) => [id.trim().toLowerCase(), settingsOf(id, entry, warnings)]),
  );
  return { cliBackends, warnings };
}

function settingsOf(id: string, entry: unknown, warnings: string[]): CliBackendSettings {
  if (!isObject(entry)) return {};
  const read = Object.entries(FIELDS).flatMap(([name, schema]) => {
    if (entry[name] === undefined) return [];
    const parsed = v.safeParse(schema as v.GenericSchema, entry[name]);
    if (parsed.success) return [[name, parsed.output] as const];
    const place = formatPath(["agents", "defaults", "cliBackends", id, name]);
    warnings.push(`${place}: ${parsed.issues[0].message}; left out`);
    return [];
  });
  return Object.fromEntries(read);
}
