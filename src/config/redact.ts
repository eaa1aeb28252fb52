// What of the config may be shown: secrets by the name of their key, and by their look wherever they stand.
// The stand-in is OpenClaw's, which both programs refuse to write.
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import type { Path } from "./difference.ts";

export const REDACTED = "__OPENCLAW_REDACTED__";

const SECRET_WORD =
  /api_?key|token|secret|passw(or)?d|passphrase|credential|private_?key|access_?key|authorization|cookie|signature|webhook_?url/i;
const SECRET_NAME = /^(key|pass|pwd|pin|auth|bearer)$/i;
/** Keys with such a word whose values are no secrets. */
const PLAIN_NAME = /^(.*(ref|env|file|path|id|mode|provider|url)|tokenizer.*)$/i;

/** Tells where a credential is, and is none: a template, or the name of a variable. */
const POINTER =
  /^(\$\{[^}]*\}|secretref-managed|minimax-oauth|ollama-local|[A-Z][A-Z0-9]*(_[A-Z0-9]+)*_(KEYS?|TOKEN|SECRET|PASSWORD)(_[A-Z0-9]+)?)$/;

/** How providers' secrets begin. */
const SECRET_LOOK =
  /\b(sk[-_][\w-]{8}|gh[opsu]_\w{8}|github_pat_|xox[abps]-|xai-\w{8}|AIza[\w-]{8}|ya29\.|gsk_\w{8}|hf_\w{8}|nvapi-|AKIA[A-Z0-9]{8}|eyJ[\w-]{8,}\.|ock_[\w-]{8})|\bBearer\s+\S{8}|^-----BEGIN/;

/** The value at `path` with every secret in it replaced. Pure. */
export function redact(value: unknown, path: Path): unknown {
  if (Array.isArray(value)) return value.map((entry, index) => redact(entry, [...path, index]));
  if (isObject(value)) return redactObject(value, path);
  if (typeof value === "number") return isSecretPlace(path) && isNumberSecret(path) ? REDACTED : value;
  if (typeof value !== "string" || value === "") return value;
  if (POINTER.test(value)) return value;
  return isSecretPlace(path) || SECRET_LOOK.test(value) ? REDACTED : maskUrls(value);
}

/** Fields of logins, whose names say nothing elsewhere. */
const LOGIN_NAME = /^(access|refresh|id_?token)$/i;
const AUTH_SCHEME = /^(Bearer|Basic|Token)\s+/i;

/** Every secret in `value`, at its place, as it is sent: without the word `Bearer`. Pure. */
export function* secretsIn(value: unknown, path: Path): Iterable<{ value: string; path: Path }> {
  if (typeof value === "string") {
    if (value === "" || value.includes(REDACTED) || POINTER.test(value) || SHORTHAND.test(value)) return;
    const isNamed = isSecretPlace(path) || LOGIN_NAME.test(String(path.at(-1)));
    if (isNamed) yield { value: value.replace(AUTH_SCHEME, ""), path };
    else for (const found of secretsOfText(value)) yield { value: found, path };
  } else if (typeof value === "object" && value !== null)
    for (const [key, entry] of Object.entries(value))
      yield* secretsIn(entry, [...path, Array.isArray(value) ? Number(key) : key]);
}

function* secretsOfText(text: string): Iterable<string> {
  for (const [found] of text.matchAll(WHOLE_LOOK)) yield found.replace(AUTH_SCHEME, "");
  for (const [found] of text.matchAll(/[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi)) {
    const url = URL.parse(found);
    if (url?.password) yield url.password;
    for (const [name, value] of url?.searchParams ?? [])
      if (SECRET_PARAMETER.test(name) && value !== "" && !POINTER.test(value)) yield value;
  }
}

const SECRET_PARAMETER = /key|token|secret|passw|^(code|sig|signature)$/i;
const SHORTHAND = /^\$\w+$/;
/** To its end, wherever it stands. */
const WHOLE_LOOK = new RegExp(`(?:${SECRET_LOOK.source})[\\w.~+/-]*`, "g");

/** The stand-in somewhere in a value that is to be written: it would replace what it stands for. */
export function holdsRedacted(value: unknown): boolean {
  return JSON.stringify(value)?.includes(REDACTED) ?? false;
}

const redactObject = (object: JsonObject, path: Path): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, redact(value, [...path, key])]));

function isSecretPlace(path: Path): boolean {
  const name = path.findLast((key) => typeof key === "string");
  if (name === undefined || isNamedByUser(path)) return false;
  const plain = name.replaceAll(/[-.\s]/g, "_");
  if (isVariable(path)) return /KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH|PRIVATE/i.test(plain);
  if (PLAIN_NAME.test(plain) && !/webhook/i.test(plain)) return false;
  return SECRET_WORD.test(plain) || SECRET_NAME.test(plain) || (isHeader(path) && /auth|key/i.test(plain));
}

const isVariable = (path: Path): boolean =>
  path.at(-2) === "env" || path.at(-2) === "vars" || path[0] === "env";
const isHeader = (path: Path): boolean => path.at(-2) === "headers";

/** Tables whose keys are ids: a provider may be called `token`, and its entry is no secret. */
const isNamedByUser = (path: Path): boolean =>
  (path[0] === "auth" && path[1] === "order") ||
  (path[0] === "secrets" && path[1] === "defaults") ||
  path.at(-1) === "fallbacks";

/** `maxTokens` and the like count; a PIN or a numeric password does not. */
const isNumberSecret = (path: Path): boolean => /passw|secret|^pin$|apikey/i.test(String(path.at(-1)));

/** URLs without what stands before the host, and without the values of their queries: often a key. */
const maskUrls = (text: string): string =>
  text.replaceAll(/[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi, (url) => maskQuery(maskUserinfo(url)));

const maskUserinfo = (url: string): string => url.replace(/^([^:]+:\/\/)[^/?#]*@/, `$1${REDACTED}@`);

/** A template stays, and the name of a value; what has no name may be the secret itself. */
function maskQuery(url: string): string {
  const start = url.search(/[?#]/);
  if (start < 0) return url;
  const masked = url
    .slice(start)
    .replaceAll(/([?#&;])([^=&#;?]*=)?([^&#;]*)/g, (_, mark, name = "", value) => {
      const plain = value === "" || POINTER.test(value) || (mark === "#" && name === "");
      return `${mark}${name}${plain ? value : REDACTED}`;
    });
  return url.slice(0, start) + masked;
}
