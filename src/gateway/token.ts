// The gateway's own secret: from a flag, the environment, the config, or made at the first start.
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { GatewayAuthConfig } from "../config/config.ts";
import type { Paths } from "../config/paths.ts";
import { AccessError } from "../core/errors.ts";
import { Secret } from "../core/secret.ts";
import type { Environment } from "../secrets/env.ts";
import { resolveSecretInput } from "../secrets/env.ts";

export interface GatewayToken {
  readonly secret: Secret;
  /** for people: where the text can be found */
  readonly place: string;
  /** a shell expression that prints it */
  readonly shell: string;
}

/** Mode 0600, in our folder of global files. */
export const tokenFile = (paths: Paths): string => join(paths.globalDir, "gateway-token");

/**
 * First found: the flag, `OPENCLAW_GATEWAY_TOKEN`, `gateway.auth.token`, the file of an earlier start. With
 * none of them a token is made and kept.
 *
 * @throws AccessError `config_invalid` when the config names a secret that cannot be had, `store_unwritable`
 */
export function gatewayToken(
  paths: Paths,
  env: Environment,
  auth: GatewayAuthConfig,
  flag?: string,
): GatewayToken {
  if (flag !== undefined)
    return { secret: new Secret(flag), place: "--token", shell: "$OPENCLAW_GATEWAY_TOKEN" };
  const variable = env["OPENCLAW_GATEWAY_TOKEN"]?.trim();
  if (variable) {
    return {
      secret: new Secret(variable),
      place: "OPENCLAW_GATEWAY_TOKEN",
      shell: "$OPENCLAW_GATEWAY_TOKEN",
    };
  }
  const configured = resolveSecretInput(auth.token, env);
  if ("unresolved" in configured) {
    throw new AccessError(
      "config_invalid",
      `gateway.auth.token refers to ${configured.unresolved}, which is not set.`,
    );
  }
  if ("found" in configured) {
    const place = `gateway.auth.token in ${paths.configPath}`;
    return { secret: new Secret(configured.found), place, shell: "<gateway.auth.token>" };
  }
  const file = tokenFile(paths);
  return {
    secret: new Secret(readToken(file) ?? makeToken(file)),
    place: file,
    shell: `$(cat ${quoted(file)})`,
  };
}

function readToken(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}

function makeToken(file: string): string {
  const token = randomBytes(32).toString("base64url");
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

const quoted = (path: string): string =>
  /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
