// `--mode remote`: this machine is told where the gateway is, and nothing else is set up.
import { AccessError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import type { Edit } from "../access/config-edit.ts";
import type { Environment } from "../secrets/env.ts";
import type { RunNote } from "./draft.ts";
import { noteEdits } from "./draft.ts";
import type { Tried } from "./source.ts";

export interface RemoteGateway {
  /** `ws:` or `wss:` */
  readonly url: URL;
  readonly token?: string | undefined;
}

const PRIVATE =
  /^(localhost|127\.\d+\.\d+\.\d+|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(1[6-9]|2\d|3[01])\.\d+\.\d+|169\.254\.\d+\.\d+|\[::1\]|\[f[cd][0-9a-f:]*\]|\[fe80[0-9a-f:]*\]|.+\.local|.+\.ts\.net)$/i;

/** @throws AccessError `bad_input` for what is no address, or one where anybody on the way reads the token */
export function parseRemoteUrl(text: string, env: Environment): URL {
  const url = URL.parse(text.trim());
  // Before anything that repeats it.
  if (/@|[?#]./.test(text))
    throw new AccessError(
      "bad_input",
      "The address holds a name, a password or a query. Use wss://host:18789 alone, and give the token as --remote-token.",
    );
  if (!url || !/^wss?:$/.test(url.protocol))
    throw new AccessError("bad_input", `"${text}" is no address of a gateway. Use wss://host:18789, say.`);
  const allowed =
    url.protocol === "wss:" ||
    PRIVATE.test(url.hostname) ||
    env["OPENCLAW_ALLOW_INSECURE_PRIVATE_WS"] === "1";
  if (allowed) return url;
  throw new AccessError(
    "bad_input",
    `${url.origin} is not encrypted: others on the way could read the token. Use wss://, or a tunnel: ssh -N -L 18789:127.0.0.1:18789 <user>@${url.hostname}, and ws://127.0.0.1:18789. For a private network: OPENCLAW_ALLOW_INSECURE_PRIVATE_WS=1.`,
  );
}

/** Where the same gateway speaks HTTP. */
export const httpAddress = (url: URL): string =>
  `${url.protocol === "wss:" ? "https" : "http"}://${url.host}`;

/** @param document what is written now: the secret of one gateway is not for another */
export function remoteEdits(document: JsonObject, { url, token }: RemoteGateway, note: RunNote): Edit[] {
  const written = url.href.replace(/\/$/, "");
  const gateway = isObject(document["gateway"]) ? document["gateway"] : {};
  const before = isObject(gateway["remote"]) ? gateway["remote"] : {};
  const isOther = before["url"] !== undefined && before["url"] !== written;
  const foreign = isOther ? FOR_ONE_GATEWAY.filter((name) => before[name] !== undefined) : [];
  return [
    { path: ["gateway", "mode"], value: "remote" },
    { path: ["gateway", "remote", "url"], value: written },
    ...foreign.map((name) => ({ path: ["gateway", "remote", name], value: undefined })),
    ...(token === undefined ? [] : [{ path: ["gateway", "remote", "token"], value: token }]),
    ...noteEdits(note, "remote"),
  ];
}

const FOR_ONE_GATEWAY = ["token", "password", "tlsFingerprint"] as const;

/** One real call: whether it answers there, and takes the token. */
export async function tryRemote(
  { url, token }: RemoteGateway,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Tried> {
  const started = performance.now();
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const until = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]);
  try {
    const { status, body } = await fetch(`${httpAddress(url)}/v1/models`, {
      headers,
      signal: until,
      redirect: "manual",
    });
    await body?.cancel();
    if (status === 200) return { status: "ok", latencyMs: Math.round(performance.now() - started) };
    if (status === 401 || status === 403)
      return {
        status: "refused",
        why: token === undefined ? "it wants a token" : "it does not take this token",
      };
    return { status: "unclear", why: `it answers with status ${status}` };
  } catch (error) {
    if (signal?.aborted) throw new AccessError("cancelled", "Cancelled. Nothing was changed.");
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return {
      status: "unclear",
      why: `no answer (${cause instanceof Error ? cause.message : String(cause)})`,
    };
  }
}
