// What one file holds of secrets and references, for the audit. No value leaves it.
import type { Config } from "../config/config.ts";
import { formatPath, parseDocument, readBytes } from "../config/document.ts";
import type { SecretRef } from "../core/credential.ts";
import { assessCredential, isRef, oauthRefFault, refOf } from "../core/credential.ts";
import type { ProfileId, ProviderId } from "../core/ids.ts";
import { NON_SECRET_MARKERS } from "../providers/all.ts";
import { variableIn } from "../secrets/env.ts";
import type { StoredProfile } from "../store/store.ts";

export interface Place {
  /** absolute */
  readonly file: string;
  readonly jsonPath: string;
  readonly provider?: ProviderId;
  readonly profileId?: ProfileId;
}

export type Finding = Place & {
  readonly code: "PLAINTEXT_FOUND" | "REF_UNRESOLVED" | "REF_SHADOWED" | "LEGACY_RESIDUE";
  readonly severity: "info" | "warn" | "error";
  readonly message: string;
};

export interface FoundRef {
  readonly ref: SecretRef;
  readonly place: Place;
  /** It may not be a reference at all. */
  readonly refused?: string;
}

export interface Scan {
  readonly file: string;
  readonly scanned: boolean;
  readonly findings: readonly Finding[];
  readonly refs: readonly FoundRef[];
  /** providers that have stored credentials there */
  readonly credentialsOf?: readonly ProviderId[];
}

export const plaintext = (place: Place, what: string): Finding => ({
  code: "PLAINTEXT_FOUND",
  severity: "warn",
  ...place,
  message: `${what} lies in plain text.`,
});

/** OpenClaw names the config also where there is none. */
export function scanConfig(file: string): Scan {
  const bytes = readBytes(file);
  const parsed = bytes && "value" in bytes ? parseDocument(bytes.value) : undefined;
  const document = parsed && "value" in parsed ? parsed.value : {};
  return { file, scanned: true, ...inDocument(file, document, []) };
}

/** Keys that hold a credential wherever they stand (OpenClaw docs, "SecretRef credential surface"). */
const SECRET_KEY =
  /^(apiKey|botToken|appToken|userToken|authToken|accessToken|webhookToken|token|password|signingSecret|webhookSecret|appSecret|clientSecret|botSecret|appPassword|apiPassword|encryptKey|verificationToken|passphrase)$/;
const SECRET_HEADER = /authorization|api-?key|token|secret|password|credential/i;
/** Variables are none of the config's secrets, and blocks of providers hold references' ways. */
const LEFT_OUT = new Set(["env", "secrets", "hooks", "commands", "meta"]);

export function inDocument(
  file: string,
  value: unknown,
  path: readonly PropertyKey[],
): Pick<Scan, "findings" | "refs"> {
  const place = (): Place => ({ file, jsonPath: formatPath(path), ...providerAt(path) });
  if (path.length === 1 && LEFT_OUT.has(String(path[0]))) return NOTHING;
  if (isRef(value)) return { findings: [], refs: [{ ref: value, place: place() }] };
  if (typeof value === "string") return isSecretPlace(path) ? inText(value, place()) : NOTHING;
  if (typeof value !== "object" || value === null) return NOTHING;
  const parts = Array.isArray(value)
    ? value.map((entry, index) => inDocument(file, entry, [...path, index]))
    : Object.entries(value).map(([key, entry]) => inDocument(file, entry, [...path, key]));
  return {
    findings: parts.flatMap(({ findings }) => findings),
    refs: parts.flatMap(({ refs }) => refs),
  };
}

const NOTHING = { findings: [], refs: [] };

function isSecretPlace(path: readonly PropertyKey[]): boolean {
  const [parent, key] = [path.at(-2), path.at(-1)];
  if (typeof key !== "string") return false;
  return parent === "headers" ? SECRET_HEADER.test(key) : SECRET_KEY.test(key);
}

const providerAt = ([section, table, id]: readonly PropertyKey[]): Pick<Place, "provider"> =>
  section === "models" && table === "providers" && typeof id === "string" ? { provider: id } : {};

/** A shorthand and the name of a variable are references; a placeholder is nothing. */
function inText(text: string, place: Place): Pick<Scan, "findings" | "refs"> {
  const ref = variableIn(text);
  if (ref) return { findings: [], refs: [{ ref, place }] };
  const isNone = text.trim() === "" || NON_SECRET_MARKERS.has(text.trim()) || text.startsWith("oauth:");
  return isNone ? NOTHING : { findings: [plaintext(place, place.jsonPath)], refs: [] };
}

/** What a sealed store holds is no plain text. */
export function scanStore(file: string, profiles: readonly StoredProfile[], config: Config): Scan {
  const findings: Finding[] = [];
  const refs: FoundRef[] = [];
  for (const { id, credential, unopened } of profiles) {
    const { provider, type } = credential;
    const profile = { file, provider, profileId: id };
    if (type === "oauth")
      findings.push({
        code: "LEGACY_RESIDUE",
        severity: "info",
        ...profile,
        jsonPath: `profiles.${id}`,
        message: "A login is stored here; it cannot be a reference.",
      });
    const key = type === "api_key" ? "key" : "token";
    const place = { ...profile, jsonPath: `profiles.${id}.${type === "oauth" ? "access" : key}` };
    const fault = oauthRefFault(credential, config.profiles.get(id)?.mode);
    const ref = refOf(credential);
    if (ref || fault !== undefined)
      refs.push({
        ref: ref ?? { source: "env", provider: "", id: "" },
        place,
        ...(fault === undefined ? {} : { refused: fault }),
      });
    const text: unknown = type === "api_key" ? credential.key : type === "token" ? credential.token : "";
    if (unopened || typeof text !== "string") continue;
    const found = inText(text, place);
    if (found.findings.length > 0)
      findings.push(plaintext(place, `The ${type === "token" ? "token" : "API key"} of ${id}`));
    if (!ref) refs.push(...found.refs);
  }
  const usable = profiles.filter(
    ({ credential, unopened }) => unopened || assessCredential(credential).problem === undefined,
  );
  const credentialsOf = usable.map(({ credential }) => credential.provider);
  return { file, scanned: true, findings, refs, credentialsOf };
}
