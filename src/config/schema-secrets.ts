// The shape of SecretRefs and of the section `secrets`, as data: fidelity spec §8.
import * as v from "valibot";
import { isObject } from "../core/json.ts";
import { REF_IDS } from "../core/secret-ref.ts";
import {
  bytes,
  flag,
  list,
  object,
  oneOf,
  table,
  text,
  timeoutMs,
  wholeNumber,
  word,
} from "./schema-parts.ts";

const refOf = (source: keyof typeof REF_IDS) =>
  object({
    source: v.literal(source),
    provider: word,
    id: v.pipe(text, v.regex(REF_IDS[source].pattern, REF_IDS[source].rule)),
  });
const refs = { env: refOf("env"), file: refOf("file"), exec: refOf("exec") };
type RefSchema = (typeof refs)[keyof typeof refs];
const noRef = v.custom<never>(() => false, "must be text or a reference whose source is env, file or exec");

/** Text or a SecretRef. The source decides which rules hold, so that a fault is shown at its own key. */
export const secretInput = v.lazy((input): typeof text | RefSchema | typeof noRef => {
  if (!isObject(input)) return typeof input === "string" ? text : noRef;
  const source = input["source"];
  return source === "env" || source === "file" || source === "exec" ? refs[source] : noRef;
});

const absolutePath = v.pipe(text, v.regex(/^(\/|[A-Za-z]:[\\/])/, "must be an absolute path"));
const secretProviders = {
  env: object({ source: v.literal("env"), allowlist: v.exactOptional(list(text)) }),
  file: object({
    source: v.literal("file"),
    path: word,
    mode: v.exactOptional(oneOf("json", "singleValue")),
    timeoutMs,
    maxBytes: bytes,
    allowInsecurePath: v.exactOptional(flag),
  }),
  exec: object({
    source: v.literal("exec"),
    command: absolutePath,
    args: v.exactOptional(list(text)),
    env: v.exactOptional(table(text)),
    passEnv: v.exactOptional(list(text)),
    timeoutMs,
    noOutputTimeoutMs: timeoutMs,
    maxOutputBytes: bytes,
    jsonOnly: v.exactOptional(flag),
    allowSymlinkCommand: v.exactOptional(flag),
    trustedDirs: v.exactOptional(list(text)),
    allowInsecurePath: v.exactOptional(flag),
  }),
};
const noProvider = v.custom<never>(() => false, "must be an object whose source is env, file or exec");

/** One entry of `secrets.providers`. A fault is shown at the entry, with its key in the message, as OpenClaw does. */
const secretProvider = v.pipe(
  v.unknown(),
  v.rawCheck(({ dataset, addIssue }) => {
    const parsed = parseSecretProvider(dataset.value);
    if ("faults" in parsed) for (const message of parsed.faults) addIssue({ message });
  }),
);

export type ParsedProvider = {
  [S in keyof typeof secretProviders]: v.InferOutput<(typeof secretProviders)[S]>;
}[keyof typeof secretProviders];

/** One entry of `secrets.providers`, or what is wrong with it. */
export function parseSecretProvider(
  entry: unknown,
): { readonly value: ParsedProvider } | { readonly faults: readonly string[] } {
  const source = isObject(entry) ? entry["source"] : undefined;
  const known = source === "env" || source === "file" || source === "exec";
  const result = v.safeParse(known ? secretProviders[source] : noProvider, entry);
  if (result.success) return { value: result.output };
  const faults = result.issues.map((issue) => {
    const key = v.getDotPath(issue);
    return key ? `${key} ${issue.message}` : issue.message;
  });
  return { faults };
}

export const resolution = object({
  maxProviderConcurrency: v.exactOptional(wholeNumber(1, 1000)),
  maxRefsPerProvider: v.exactOptional(wholeNumber(1, 1e6)),
  maxBatchBytes: bytes,
});

export const secrets = object({
  providers: v.exactOptional(table(secretProvider)),
  defaults: v.exactOptional(
    object({ env: v.exactOptional(text), file: v.exactOptional(text), exec: v.exactOptional(text) }),
  ),
  resolution: v.exactOptional(resolution),
});
