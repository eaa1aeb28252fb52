// A connection to a gateway's control plane: shakes hands, asks, is answered, hears events.
import { createHash, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { Agent } from "node:https";
import { WebSocket } from "ws";
import { AccessError, messageOf } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { isObject, parseObject } from "../../core/json.ts";
import { isLoopback } from "../guard/source.ts";
import type { CallTarget } from "./call-target.ts";
import { POLICY, PROTOCOL } from "./protocol.ts";

export type CallAnswer =
  { readonly ok: true; readonly payload: unknown } | { readonly ok: false; readonly error: JsonObject };

export interface LinkOptions {
  readonly version: string;
  /** ms for the handshake */
  readonly timeoutMs: number;
  readonly onEvent?: (event: string, payload: JsonObject) => void;
}

export interface AskOptions {
  /** ms; for good when left out */
  readonly timeoutMs?: number;
  /** An answer that only says that the work has begun is passed over. */
  readonly expectFinal?: boolean;
}

interface Waiting extends AskOptions {
  readonly resolve: (answer: CallAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** @throws AccessError `upstream_failed` when nobody answers, or not in time */
export async function openLink(target: CallTarget, options: LinkOptions): Promise<Link> {
  const link = new Link(target, options);
  try {
    const answer = await link.opened;
    if (answer.ok) return link;
    throw new LinkRefused(answer.error);
  } catch (error) {
    link.close();
    throw error;
  }
}

/** The gateway does not let us in, and says why. */
export class LinkRefused extends AccessError {
  readonly shape: JsonObject;
  constructor(shape: JsonObject) {
    super("unauthorized", String(shape["message"]));
    this.shape = shape;
  }
}

export class Link {
  readonly opened: Promise<CallAnswer>;
  /** Resolves with the words of why, once nothing more can be asked. */
  readonly ended: Promise<string>;
  readonly #target: CallTarget;
  readonly #options: LinkOptions;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<string, Waiting>();
  readonly #end = Promise.withResolvers<string>();
  readonly #open = Promise.withResolvers<CallAnswer>();

  constructor(target: CallTarget, options: LinkOptions) {
    const { url, certificate } = target;
    this.#target = target;
    this.#options = options;
    this.#socket = new WebSocket(url, {
      maxPayload: POLICY.maxPayload,
      // The very certificate is known: its names say nothing more.
      ...(certificate ? { agent: new Agent({ ca: certificate, checkServerIdentity: () => undefined }) } : {}),
    });
    this.#socket.on("error", (error) => this.#fail(wordsOf(error)));
    this.#socket.on("close", (code, reason) =>
      this.#fail(`it closed the connection (${`${code} ${String(reason)}`.trim()})`),
    );
    this.#socket.on("message", (data) => this.#hear(parseObject(String(data)) ?? {}));
    this.opened = this.#bounded(this.#open.promise, options.timeoutMs);
    this.ended = this.#end.promise;
  }

  ask(method: string, params: JsonObject, options: AskOptions = {}): Promise<CallAnswer> {
    const id = randomUUID();
    const { promise, resolve, reject } = Promise.withResolvers<CallAnswer>();
    this.#waiting.set(id, { ...options, resolve, reject });
    this.#socket.send(JSON.stringify({ type: "req", id, method, params }));
    const answer = promise.finally(() => this.#waiting.delete(id));
    return options.timeoutMs === undefined ? answer : this.#bounded(answer, options.timeoutMs);
  }

  close(): void {
    this.#socket.removeAllListeners("close").terminate();
    this.#end.resolve("it was closed");
  }

  #hear({ type, event, payload = null, id, ok, error }: JsonObject): void {
    if (event === "connect.challenge" && isObject(payload)) return this.#shakeHands(String(payload["nonce"]));
    if (type === "event") return this.#options.onEvent?.(String(event), isObject(payload) ? payload : {});
    const waiting = this.#waiting.get(String(id));
    if (ok !== true)
      return waiting?.resolve({ ok: false, error: isObject(error) ? error : { message: "it was refused" } });
    if (waiting?.expectFinal && isObject(payload) && payload["status"] === "accepted") return;
    waiting?.resolve({ ok: true, payload });
  }

  #shakeHands(nonce: string): void {
    const params = connectParams(this.#target, this.#options.version, nonce);
    this.ask("connect", params).then(this.#open.resolve, this.#open.reject);
  }

  #fail(why: string): void {
    const error = this.#fault(why);
    this.#end.resolve(why);
    this.#open.reject(error);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#open.promise.catch(() => undefined);
  }

  #fault(why: string): AccessError {
    return new AccessError(
      "upstream_failed",
      `The gateway at ${this.#target.url} could not be asked: ${why}.`,
    );
  }

  #bounded<T>(promise: Promise<T>, ms: number): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#fault(`no answer within ${ms} ms`)), ms);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  }
}

function wordsOf(error: Error & { code?: string }): string {
  if (error.code === "ECONNREFUSED") return "nobody listens there. Start it: openclaw gateway run";
  return messageOf(error) || (error.code ?? "the connection failed");
}

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
