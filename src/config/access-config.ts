// access.json, beside openclaw.json: the settings that only this program knows. OpenClaw refuses a config
// with keys that it does not know, so they cannot stand in openclaw.json.
import type { InferOutput } from "valibot";
import {
  array,
  check,
  exactOptional,
  maxValue,
  minValue,
  number,
  picklist,
  pipe,
  record,
  safeParse,
  string,
  union,
  unknown,
} from "valibot";
import { FUNDINGS } from "../core/funding.ts";
import type { JsonObject } from "../core/json.ts";
import type { AccessConfig, ConfigIssue, PluginEntry } from "./config.ts";
import { formatPath, invalidConfig, parseDocument, readBytes } from "./document.ts";
import type { JsonSchema } from "./json-schema.ts";
import { jsonSchemaOf } from "./json-schema.ts";
import type { Paths } from "./paths.ts";
import { everyKey, unknownKeys } from "./unknown-keys.ts";
import { flag, list, object, oneOf, table, wholeNumber, word } from "./schema-parts.ts";

const DEFAULTS: AccessConfig["gateway"] = {
  maxWaitMs: 30_000,
  maxBodyBytes: 32 * 1024 ** 2,
  firstByteTimeoutMs: 120_000,
  answerTimeoutMs: 600_000,
  idleTimeoutMs: 120_000,
  commentEveryMs: 10_000,
  usageEveryMs: 300_000,
  workers: 1,
};

const URL_RULE = "must be an address like https://host/path, without user and password";
const httpUrl = pipe(
  string(URL_RULE),
  check((text) => {
    const url = URL.parse(text);
    return /^https?:$/.test(url?.protocol ?? "") && !url!.username && !url!.password;
  }, URL_RULE),
);

const CROSSING_RULE = 'must be "allow", "never", or { maxPerDay: <US dollars, 0 to 1000000> }';
const crossingRule = union(
  [
    picklist(["allow", "never"]),
    object({
      maxPerDay: pipe(number(CROSSING_RULE), minValue(0, CROSSING_RULE), maxValue(1e6, CROSSING_RULE)),
    }),
  ],
  CROSSING_RULE,
);

const plugin = object({
  enabled: exactOptional(flag),
  trusted: exactOptional(flag),
  options: exactOptional(record(string(), unknown())),
});
/** A list of names, or a map from names to settings. */
const namedPlugins = union(
  [list(word), table(plugin)],
  "must be a list of names, or a map from names to settings",
);

const schema = object({
  gateway: exactOptional(
    object({
      maxWaitMs: exactOptional(wholeNumber(0, 600_000)),
      maxBodyBytes: exactOptional(wholeNumber(1024, 1024 ** 3)),
      firstByteTimeoutMs: exactOptional(wholeNumber(100, 3_600_000)),
      answerTimeoutMs: exactOptional(wholeNumber(100, 3_600_000)),
      idleTimeoutMs: exactOptional(wholeNumber(100, 3_600_000)),
      commentEveryMs: exactOptional(wholeNumber(100, 3_600_000)),
      usageEveryMs: exactOptional(wholeNumber(0, 24 * 3_600_000)),
      workers: exactOptional(wholeNumber(1, 64)),
    }),
  ),
  crossing: exactOptional(crossingRule),
  funding: exactOptional(table(oneOf(...FUNDINGS))),
  plugins: exactOptional(namedPlugins),
  oauth: exactOptional(
    record(
      string(),
      object({
        authorizeUrl: exactOptional(httpUrl),
        tokenUrl: exactOptional(httpUrl),
        deviceUrl: exactOptional(httpUrl),
        devicePollUrl: exactOptional(httpUrl),
        verificationUrl: exactOptional(httpUrl),
        exchangeUrl: exactOptional(httpUrl),
        userinfoUrl: exactOptional(httpUrl),
        usageUrl: exactOptional(httpUrl),
        clientId: exactOptional(string()),
        clientSecret: exactOptional(string()),
        scopes: exactOptional(array(string())),
        redirectUri: exactOptional(httpUrl),
      }),
    ),
  ),
});

/**
 * The settings; defaults when there is no file. Keys that mean nothing here are warnings.
 *
 * @throws AccessError `config_invalid` naming the file and each place in it
 */
export function loadAccessConfig(paths: Pick<Paths, "accessConfigPath">): AccessConfig {
  const path = paths.accessConfigPath;
  const bytes = readBytes(path);
  if (!bytes)
    return { path, gateway: DEFAULTS, funding: {}, crossing: "allow", oauth: {}, plugins: [], warnings: [] };
  const document = "issues" in bytes ? bytes : parseDocument(bytes.value);
  if ("issues" in document) throw invalidConfig(path, document.issues);
  const result = safeParse(schema, document.value);
  if (!result.success) throw invalidConfig(path, result.issues.map(issueOf));
  const { gateway, funding = {}, crossing = "allow", oauth = {}, plugins = [] } = result.output;
  return {
    path,
    gateway: { ...DEFAULTS, ...gateway },
    funding,
    crossing,
    oauth,
    plugins: pluginEntries(plugins),
    warnings: accessWarnings(document.value),
  };
}

type SchemaIssue = NonNullable<ReturnType<typeof safeParse<typeof schema>>["issues"]>[number];

const issueOf = ({ path, message }: SchemaIssue): ConfigIssue => ({
  path: formatPath((path ?? []).map(({ key }) => key as PropertyKey)),
  message,
});

/** What keeps a document from being used. */
export const validateAccess = (document: JsonObject): ConfigIssue[] =>
  (safeParse(schema, document).issues ?? []).map(issueOf);

/** Keys that mean nothing. */
export const accessWarnings = (document: JsonObject): string[] => [
  ...unknownKeys(schema, document, [], everyKey("access.json")),
];

export const accessJsonSchema = (): JsonSchema => ({
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "access.json",
  ...jsonSchemaOf(schema, new Map()),
});

function pluginEntries(written: InferOutput<typeof namedPlugins>): PluginEntry[] {
  const settings: Record<string, InferOutput<typeof plugin>> = Array.isArray(written)
    ? Object.fromEntries(written.map((spec) => [spec, {}]))
    : written;
  return Object.entries(settings).map(([spec, { enabled = true, trusted = false, options = {} }]) => ({
    spec: spec.trim(),
    enabled,
    trusted,
    options,
  }));
}
