// The login that the Codex program keeps on this machine, read and never renewed: its refresh token is good for
// one use, and Codex is who uses it (OpenClaw docs, "The token sink"; DESIGN, "Never broken" 3).
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Paths } from "../config/paths.ts";
import { untilde } from "../config/paths.ts";
import type { OAuthCredential } from "../core/credential.ts";
import { isObject, parseObject } from "../core/json.ts";
import type { IdentityPlaces } from "../oauth/identity.ts";
import { identityIn, sourcesOf } from "../oauth/identity.ts";
import type { Environment } from "../secrets/env.ts";

/** An access token of somebody else's login, without the refresh token behind it. */
export interface LentToken {
  readonly access: string;
  /** ms since epoch */
  readonly expires: number;
  readonly accountId: string;
  readonly email?: string;
}

export type CodexFile =
  | { readonly kind: "login"; readonly token: LentToken }
  /** Codex is used with an API key. */
  | { readonly kind: "api_key" }
  | { readonly kind: "none" }
  /** `why`: a clause, `is no JSON` */
  | { readonly kind: "unusable"; readonly why: string };

/** `auth.json` in `CODEX_HOME`, else in `~/.codex`. */
export function codexFilePath(env: Environment, { home }: Pick<Paths, "home">): string {
  const named = env["CODEX_HOME"]?.trim();
  return join(named ? untilde(named, home) : join(home, ".codex"), "auth.json");
}

/** Never rejects. */
export async function readCodexFile(path: string): Promise<CodexFile> {
  try {
    const text = await readSmall(path);
    return text === undefined ? unusable("is not a file of its usual size") : parseCodexFile(text);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    return code === "ENOENT" || code === "ENOTDIR" ? { kind: "none" } : unusable(`cannot be read (${code})`);
  }
}

const MOST_BYTES = 256 * 1024;

/** A pipe in its place would never end. */
async function readSmall(path: string): Promise<string | undefined> {
  const { constants } = process.getBuiltinModule("node:fs");
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await file.stat();
    return stats.isFile() && stats.size <= MOST_BYTES ? await file.readFile("utf8") : undefined;
  } finally {
    await file.close();
  }
}

/** Where Codex's tokens name the account (providers/oauth.json, openai-codex). */
const PLACES: IdentityPlaces = {
  accountId: [
    ["access", "https://api.openai.com/auth", "chatgpt_account_id"],
    ["answer", "account_id"],
  ],
  email: [
    ["id", "email"],
    ["access", "https://api.openai.com/profile", "email"],
  ],
};
/** The latest a JavaScript Date can hold, ms. */
const LATEST_TIME = 8_640_000_000_000_000;

/** Pure. */
export function parseCodexFile(text: string): CodexFile {
  const document = parseObject(text);
  if (!document) return unusable("is no JSON object");
  const tokens = document["tokens"];
  if (!isObject(tokens)) return hasText(document["OPENAI_API_KEY"]) ? { kind: "api_key" } : { kind: "none" };
  const access = tokens["access_token"];
  if (!hasText(access) || !/^[\x21-\x7e]+$/.test(access)) return unusable("holds no access token");
  const sources = sourcesOf(tokens);
  const expires = Number(sources.access?.["exp"]) * 1000;
  const { accountId, email } = identityIn(sources, PLACES);
  if (!(expires > 0 && expires <= LATEST_TIME) || accountId === undefined)
    return unusable("holds an access token without an account or an end");
  return { kind: "login", token: { access, expires, accountId, ...(email === undefined ? {} : { email }) } };
}

const hasText = (value: unknown): value is string => typeof value === "string" && value.trim() !== "";

const unusable = (why: string): CodexFile => ({ kind: "unusable", why });

/** The credential with what Codex has now; `undefined` when that is another account's, or no newer. */
export function lentAnew(held: OAuthCredential, file: CodexFile): OAuthCredential | undefined {
  if (file.kind !== "login" || file.token.accountId !== held.accountId) return undefined;
  const { access, expires } = file.token;
  return access === held.access ? undefined : { ...held, access, expires };
}
