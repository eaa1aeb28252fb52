// The shape of SecretRefs and of the section `secrets`, as data: fidelity spec §8.
import * as v from "valibot";
import { isObject } from "../core/json.ts";
import { ALIAS, REF_IDS } from "../core/secret-ref.ts";
import { flag, list, object, oneOf, table, text, wholeNumber, word } from "./schema-parts.ts";

// Most of each as in 2026.7.1.
const timeoutMs = v.exactOptional(wholeNumber(1, 120_000));
const bytes = v.exactOptional(wholeNumber(1, 20 * 1024 * 1024));
const alias = v.pipe(text, v.regex(ALIAS.pattern, ALIAS.rule));
/** Also names that only other programs have, as `http_proxy`. */
const passed = v.pipe(text, v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be the name of a variable"));
const variable = v.pipe(text, v.regex(REF_IDS.env.pattern, REF_IDS.env.rule));

const refOf = (source: keyof typeof REF_IDS) =>
  object({
    source: v.literal(source),
    provider: alias,
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
export const secretProviders = {
  env: object({ source: v.literal("env"), allowlist: v.exactOptional(list(variable)) }),
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
    passEnv: v.exactOptional(list(passed)),
    timeoutMs,
    noOutputTimeoutMs: timeoutMs,
    maxOutputBytes: bytes,
    jsonOnly: v.exactOptional(flag),
    allowSymlinkCommand: v.exactOptional(flag),
    trustedDirs: v.exactOptional(list(absolutePath)),
    allowInsecurePath: v.exactOptional(flag),
  }),
  /** OpenClaw finds the program in a plug-in's manifest. */
  integration: object({
    source: v.literal("exec"),
    pluginIntegration: object({ pluginId: word, integrationId: word }),
  }),
};
const noProvider = v.custom<never>(() => false, "must be an object whose source is env, file or exec");

/** One entry of `secrets.providers`. A fault is shown at the entry, with its key in the message, as OpenClaw does. */
export const secretProvider = v.pipe(
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
  const result = v.safeParse(schemaOf(entry), entry);
  if (result.success) return { value: result.output };
  const faults = result.issues.map((issue) => {
    const key = v.getDotPath(issue);
    return key ? `${key} ${issue.message}` : issue.message;
  });
  return { faults };
}

function schemaOf(entry: unknown) {
  if (!isObject(entry)) return noProvider;
  const { source } = entry;
  if (source === "exec" && "pluginIntegration" in entry) return secretProviders.integration;
  return source === "env" || source === "file" || source === "exec" ? secretProviders[source] : noProvider;
}

export const resolution = object({
  maxProviderConcurrency: v.exactOptional(wholeNumber(1, 16)),
  maxRefsPerProvider: v.exactOptional(wholeNumber(1, 4096)),
  maxBatchBytes: v.exactOptional(wholeNumber(1, 5 * 1024 * 1024)),
});

export const secrets = object({
  providers: v.exactOptional(table(secretProvider)),
  defaults: v.exactOptional(
    object({ env: v.exactOptional(alias), file: v.exactOptional(alias), exec: v.exactOptional(alias) }),
  ),
  resolution: v.exactOptional(resolution),
});
