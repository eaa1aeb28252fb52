// One request to a gateway's control plane: connect, ask, hear the answer, leave.
import { createHash, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { Agent } from "node:https";
import { WebSocket } from "ws";
import { AccessError, messageOf } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { isObject, parseObject } from "../../core/json.ts";
import { isLoopback } from "../source.ts";
import type { CallTarget } from "./call-target.ts";
import { POLICY, PROTOCOL } from "./protocol.ts";

export interface CallRequest {
  readonly method: string;
  readonly params: JsonObject;
  readonly timeoutMs: number;
  /** An answer that only says that the work has begun is passed over. */
  readonly expectFinal: boolean;
  readonly version: string;
}

export type CallAnswer =
  { readonly ok: true; readonly payload: unknown } | { readonly ok: false; readonly error: JsonObject };

/** @throws AccessError `upstream_failed` when nobody answers, or not in time */
export async function callGateway(target: CallTarget, request: CallRequest): Promise<CallAnswer> {
  const { url, certificate } = target;
  const socket = new WebSocket(url, {
    maxPayload: POLICY.maxPayload,
    // The very certificate is known: its names say nothing more.
    ...(certificate ? { agent: new Agent({ ca: certificate, checkServerIdentity: () => undefined }) } : {}),
  });
  const late = setTimeout(() => fail(`no answer within ${request.timeoutMs} ms`), request.timeoutMs);
  const { promise, resolve, reject } = Promise.withResolvers<CallAnswer>();
  const fail = (why: string) =>
    reject(new AccessError("upstream_failed", `The gateway at ${url} could not be asked: ${why}.`));
  socket.on("error", (error) => fail(wordsOf(error)));
  socket.on("close", (code, reason) =>
    fail(`it closed the connection (${`${code} ${String(reason)}`.trim()})`),
  );
  const hear = conversation(target, request, resolve);
  socket.on("message", (data) => {
    const reply = hear(parseObject(String(data)) ?? {});
    if (reply) socket.send(JSON.stringify(reply));
  });
  try {
    return await promise;
  } finally {
    clearTimeout(late);
    socket.removeAllListeners("close").terminate();
  }
}

function wordsOf(error: Error & { code?: string }): string {
  if (error.code === "ECONNREFUSED") return "nobody listens there. Start it: openclaw gateway run";
  return messageOf(error) || (error.code ?? "the connection failed");
}

/** Returns what each frame is answered with. */
function conversation(
  target: CallTarget,
  { method, params, expectFinal, version }: CallRequest,
  done: (answer: CallAnswer) => void,
): (frame: JsonObject) => JsonObject | undefined {
  const [connectId, askId] = [randomUUID(), randomUUID()];
  return ({ type, event, payload = null, id, ok, error }) => {
    if (event === "connect.challenge" && isObject(payload))
      return req(connectId, "connect", connectParams(target, version, String(payload["nonce"])));
    if (type !== "res" || (id !== connectId && id !== askId)) return undefined;
    if (ok !== true) done({ ok: false, error: isObject(error) ? error : { message: "it was refused" } });
    else if (id === connectId) return req(askId, method, params);
    else if (!(expectFinal && isObject(payload) && payload["status"] === "accepted"))
      done({ ok: true, payload });
    return undefined;
  };
}

const req = (id: string, method: string, params: JsonObject): JsonObject => ({
  type: "req",
  id,
  method,
  params,
});

const SCOPES = ["operator.admin", "operator.read", "operator.write"];

function connectParams({ url, token, password }: CallTarget, version: string, nonce: string): JsonObject {
  const client = { id: "cli", version, platform: process.platform, mode: "cli" };
  const shown = { token: token?.reveal(), password: password?.reveal() };
  const auth = JSON.parse(JSON.stringify(shown)) as JsonObject;
  // Away from this machine only a device has scopes; one for this call is enough for who knows the secret.
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
  const away = host !== "localhost" && !isLoopback(host);
  return {
    minProtocol: PROTOCOL,
    maxProtocol: PROTOCOL,
    client,
    role: "operator",
    scopes: SCOPES,
    ...(Object.keys(auth).length > 0 ? { auth } : {}),
    ...(away ? { device: passingDevice(nonce, token?.reveal() ?? "") } : {}),
  };
}

function passingDevice(nonce: string, token: string): JsonObject {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const key = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  const id = createHash("sha256").update(key).digest("hex");
  const signedAt = Date.now();
  const text = ["v2", id, "cli", "cli", "operator", SCOPES.join(","), signedAt, token, nonce].join("|");
  const signature = sign(null, Buffer.from(text), privateKey).toString("base64url");
  return { id, publicKey: key.toString("base64url"), signature, signedAt, nonce };
}
