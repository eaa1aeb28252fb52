// What a plugin declares, checked: nothing of it is used before. Its shape for authors is in plugin.ts.
import * as v from "valibot";
import type { PluginFailureHint } from "./plugin.ts";
import { checkWith, line, listOf, matching, models, object, oneOf, optional } from "./plugin-pieces.ts";
import type { Api } from "./provider.ts";

const ID =
  "must be lower-case letters, digits, '-', '_' or '.', at most 64, beginning with a letter or digit";
const id = matching(/^[a-z0-9][a-z0-9._-]{0,63}$/, ID);

const URL_RULE = "must be an address like https://host/path, without user and password";
const url = v.pipe(v.string(URL_RULE), v.maxLength(2000, URL_RULE), v.check(isAddress, URL_RULE));

function isAddress(text: string): boolean {
  const parsed = URL.parse(text);
  return (
    /^https?:$/.test(parsed?.protocol ?? "") && !parsed!.username && !parsed!.password && !text.includes("{")
  );
}

/** What HTTP itself lives by: a provider that set these would break its own calls. */
const FRAMING =
  /^(host|content-length|transfer-encoding|connection|upgrade|expect|te|trailer|keep-alive|proxy-.*)$/i;
const headerName = v.pipe(
  matching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/, "must be the name of a header"),
  v.check((name) => !FRAMING.test(name), "must not be a header that HTTP itself needs"),
);
const headerText = matching(/^[\x20-\x7e]{1,1000}$/, "must be text that a header can carry");
const header = object({
  name: headerName,
  value: v.pipe(headerText, v.includes("{key}", "must hold {key}, where the secret goes")),
  extra: optional(v.record(headerName, headerText, "must be an object")),
});

const APIS = {
  "openai-completions": true,
  "openai-responses": true,
  "anthropic-messages": true,
  "openai-codex-responses": true,
  "azure-openai-responses": true,
  "google-generative-ai": true,
  "google-vertex": true,
  "google-code-assist": true,
  "bedrock-converse-stream": true,
  ollama: true,
  "cli-backend": true,
  "dashscope-video": true,
} satisfies Record<Api, true>;

/** A function arrives as `true`. */
const aFunction = v.literal(true, "must be a function");

const method = {
  id: matching(/^[a-z0-9][a-z0-9-]{0,31}$/, "must be lower-case letters, digits and dashes, at most 32"),
  label: line(100),
  profile: optional(matching(/^[\w.@+-]{1,100}$/, "must be letters, digits and .@+-_")),
};
const oauth = object({
  authorizeUrl: optional(url),
  tokenUrl: url,
  deviceUrl: optional(url),
  userinfoUrl: optional(url),
  clientId: line(500),
  clientSecret: optional(line(500)),
  scopes: optional(listOf(line(200), 50)),
  redirectUri: optional(url),
});
const needing = (field: "authorizeUrl" | "deviceUrl") =>
  v.pipe(
    oauth,
    v.check((value) => value[field] !== undefined, `needs ${field}`),
  );
const auth = v.variant(
  "kind",
  [
    object({ ...method, kind: v.picklist(["api_key", "token"]) }),
    object({ ...method, kind: v.literal("browser"), oauth: needing("authorizeUrl") }),
    object({ ...method, kind: v.literal("device"), oauth: needing("deviceUrl") }),
    object({ ...method, kind: v.literal("code"), run: aFunction }),
  ],
  "must be one of api_key, token, browser, device, code",
);

const KINDS = [
  "rate_limit",
  "overloaded",
  "billing",
  "auth",
  "auth_permanent",
  "timeout",
  "server_error",
  "model_not_found",
  "context_overflow",
  "format",
] as const satisfies readonly PluginFailureHint["kind"][];
const words = listOf(line(200), 50);
const failure = v.pipe(
  object({
    status: optional(
      listOf(v.pipe(v.number("must be an HTTP status"), v.integer(), v.minValue(400), v.maxValue(599)), 50),
    ),
    code: optional(words),
    text: optional(words),
    kind: oneOf(KINDS),
    scope: optional(oneOf(["model", "account", "provider", "request"])),
  }),
  v.check(
    ({ status, code, text }) => Boolean(status ?? code ?? text),
    "needs status, code or text: it would apply to everything",
  ),
);

const VARIABLE = "must be the name of an environment variable";
const provider = object({
  id,
  label: line(100),
  aliases: optional(listOf(id, 20)),
  api: v.picklist(Object.keys(APIS) as Api[], `must be one of ${Object.keys(APIS).join(", ")}`),
  baseUrl: url,
  env: optional(listOf(matching(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, VARIABLE), 10)),
  header: optional(header),
  auth: optional(listOf(auth, 10)),
  tokens: optional(
    object({
      url,
      clientId: optional(line(500)),
      encoding: optional(oneOf(["form", "json"])),
      deadCodes: optional(listOf(line(100), 20)),
    }),
  ),
  defaultModel: optional(line(256)),
  modelAlias: optional(line(100)),
  probeModel: optional(line(256)),
  keyPrefixes: optional(listOf(line(40), 10)),
  catalog: optional(object({ models: optional(models), list: optional(aFunction) })),
  usage: optional(aFunction),
  failures: optional(listOf(failure, 200)),
  syntheticAuth: optional(
    object({ marker: matching(/^[a-z0-9][a-z0-9:._-]{0,63}$/, "must be a word such as acme-local") }),
  ),
});

/** The declaration as it arrives: functions are `true`. */
export type Declared = v.InferOutput<typeof provider>;

/** @returns the declaration, or where it is wrong: `auth[0].label: must be …` */
export const checkProvider = checkWith(provider);
