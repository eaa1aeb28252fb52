// The gateway's own secret: from a flag, the environment, the config, or made at the first start.
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Config, GatewayAuthConfig } from "../../config/config.ts";
import type { Paths } from "../../config/paths.ts";
import { AccessError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import type { Environment } from "../../secrets/env.ts";
import { resolveSecretInput } from "../../secrets/env.ts";

/** What clients must send. */
export interface GatewaySecret {
  readonly secret: Secret;
  readonly kind: "token" | "password";
  /** for people: where the text can be found */
  readonly place: string;
  /** a shell expression that gives the text; absent when only the person knows it */
  readonly shell?: string;
}

/** Mode 0600, in our folder of global files. */
export const tokenFile = (paths: Paths): string => join(paths.globalDir, "gateway-token");

interface Sources {
  readonly paths: Paths;
  readonly env: Environment;
  readonly auth: GatewayAuthConfig;
  readonly config: Pick<Config, "secretProviders" | "refValues">;
  readonly flag: string | undefined;
  /** a file that holds it */
  readonly file?: string | undefined;
}

const GUESS_PROOF_CHARS = 32;
const GUESS_PROOF_KINDS = 12;

/** As long and as mixed as what programs make. */
export function isGuessProof(secret: Secret): boolean {
  const text = secret.reveal();
  return text.length >= GUESS_PROOF_CHARS && new Set(text).size >= GUESS_PROOF_KINDS;
}

/**
 * First found: the flag, `OPENCLAW_GATEWAY_TOKEN`, `gateway.auth.token`, the file of an earlier start. With
 * none of them a token is made and kept.
 *
 * @throws AccessError `bad_input` for an empty flag, `config_invalid` when the config names a secret that
 *   cannot be had, `store_unwritable`
 */
export function gatewayToken(sources: Sources): GatewaySecret {
  const told = toldSecret("token", sources, "OPENCLAW_GATEWAY_TOKEN");
  if (told) return told;
  const file = tokenFile(sources.paths);
  const secret = new Secret(readToken(file) ?? makeToken(file));
  return { secret, kind: "token", place: file, shell: `$(cat ${quoted(file)})` };
}

/**
 * The same for who calls a gateway: none is made.
 *
 * @throws AccessError `bad_input`, `config_invalid`
 */
export function knownToken(sources: Sources): Secret | undefined {
  const told = toldSecret("token", sources, "OPENCLAW_GATEWAY_TOKEN");
  const kept = told ? undefined : readToken(tokenFile(sources.paths));
  return told?.secret ?? (kept === undefined ? undefined : new Secret(kept));
}

/** @throws AccessError `bad_input`, `config_invalid` */
export function gatewayPassword(sources: Sources): GatewaySecret {
  const told = givenPassword(sources);
  if (told) return told;
  throw new AccessError(
    "config_invalid",
    "gateway.auth.mode is password, but there is none. Set gateway.auth.password or OPENCLAW_GATEWAY_PASSWORD, or use --password-file.",
  );
}

/** First found: the flag, its file, `OPENCLAW_GATEWAY_PASSWORD`, `gateway.auth.password`. */
export function givenPassword(sources: Sources): GatewaySecret | undefined {
  const { file, flag } = sources;
  if (file === undefined) return toldSecret("password", sources, "OPENCLAW_GATEWAY_PASSWORD");
  if (flag !== undefined) throw new AccessError("bad_input", "Give --password or --password-file, not both.");
  const secret = readToken(file);
  if (secret !== undefined)
    return { secret: new Secret(secret), kind: "password", place: file, shell: `$(cat ${quoted(file)})` };
  throw new AccessError("bad_input", `--password-file ${file} cannot be read, or is empty.`);
}

function toldSecret(
  kind: "token" | "password",
  sources: Sources,
  variable: string,
): GatewaySecret | undefined {
  const { paths, env, auth, config, flag } = sources;
  if (flag !== undefined) {
    if (flag.trim() === "")
      throw new AccessError("bad_input", `--${kind} is empty. Leave it out, or give it a value.`);
    return { secret: new Secret(flag.trim()), kind, place: `--${kind}` };
  }
  const set = env[variable]?.trim();
  if (set) return { secret: new Secret(set), kind, place: variable, shell: `$${variable}` };
  const configured = resolveSecretInput(auth[kind], env, config.secretProviders, config.refValues);
  if ("unresolved" in configured) {
    const where = `gateway.auth.${kind} refers to ${configured.unresolved}`;
    const why = configured.why ?? "it was not asked for";
    throw new AccessError(
      "config_invalid",
      `${where}, which cannot be had: ${why}. Mend that, or take the line out.`,
    );
  }
  if (!("found" in configured)) return undefined;
  return { secret: new Secret(configured.found), kind, place: `gateway.auth.${kind} in ${paths.configPath}` };
}

function readToken(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a token of the person's own, unless there is one already. @throws AccessError `store_unwritable` */
export function keepToken(file: string, token: string | undefined): void {
  if (token !== undefined && readToken(file) === undefined) makeToken(file, token);
}

function makeToken(file: string, token = randomBytes(32).toString("base64url")): string {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${token}\n`, { mode: 0o600, flag: "wx" });
    return token;
  } catch (cause) {
    // Another gateway may have been quicker.
    const theirs = readToken(file);
    if (theirs) return theirs;
    throw new AccessError(
      "store_unwritable",
      `The gateway's token cannot be kept in ${file}. Make the folder writable.`,
      { cause },
    );
  }
}

/** A path as a word of a shell. */
export const quoted = (path: string): string =>
  /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
