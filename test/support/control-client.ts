// A client of the control plane as others write one: frames over a real socket.
import { createHash, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { WebSocket } from "ws";

export interface Device {
  readonly id: string;
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

export function newDevice(): Device {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  const id = createHash("sha256").update(raw).digest("hex");
  return { id, publicKey: raw.toString("base64url"), privateKey };
}

export interface Introduction {
  readonly auth?: Readonly<Record<string, string>>;
  readonly client?: Readonly<Record<string, string>>;
  readonly scopes?: readonly string[];
  readonly device?: Device;
  /** into the parameters of `connect`, last */
  readonly over?: Readonly<Record<string, unknown>>;
}

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export class ControlClient {
  readonly socket: WebSocket;
  readonly frames: any[] = [];
  readonly closed: Promise<Closed>;
  readonly #waiting = new Set<() => void>();

  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.socket = new WebSocket(url.replace(/^http/, "ws"), { headers });
    this.socket.on("message", (data) => {
      this.frames.push(JSON.parse(String(data)));
      for (const look of this.#waiting) look();
    });
    this.closed = new Promise((resolve) => {
      this.socket.on("error", () => undefined);
      this.socket.on("close", (code, reason) => resolve({ code, reason: String(reason) }));
    });
  }

  /** The first frame, past or to come, that is like this. */
  async frame(isMeant: (frame: any) => boolean): Promise<any> {
    const { promise, resolve, reject } = Promise.withResolvers<any>();
    const look = () => {
      const found = this.frames.find(isMeant);
      if (found) resolve(found);
    };
    this.#waiting.add(look);
    void this.closed.then(({ code, reason }) => reject(new Error(`closed: ${code} ${reason}`)));
    look();
    return promise.finally(() => this.#waiting.delete(look));
  }

  event(name: string, isMeant: (payload: any) => boolean = () => true): Promise<any> {
    return this.frame((frame) => frame.event === name && isMeant(frame.payload)).then(
      ({ payload }) => payload,
    );
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  async request(method: string, params: unknown = {}): Promise<any> {
    const id = randomUUID();
    this.send({ type: "req", id, method, params });
    return this.frame((frame) => frame.type === "res" && frame.id === id);
  }

  /** The answer's payload. */
  async ask(method: string, params: unknown = {}): Promise<any> {
    const { ok, payload, error } = await this.request(method, params);
    if (!ok) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return payload;
  }

  async connect(introduction: Introduction): Promise<any> {
    const { nonce } = await this.event("connect.challenge");
    return this.request("connect", connectParams(introduction, nonce));
  }

  close(): void {
    this.socket.terminate();
  }
}

export function connectParams({ auth, client, scopes, device, over }: Introduction, nonce: string): any {
  const who = { id: "gateway-client", version: "1.0.0", platform: "linux", mode: "backend", ...client };
  const asked = scopes ?? ["operator.admin"];
  const parts = ["operator", asked.join(","), Date.now(), auth?.["token"] ?? "", nonce];
  return {
    minProtocol: 4,
    maxProtocol: 4,
    client: who,
    role: "operator",
    scopes: asked,
    ...(auth ? { auth } : {}),
    ...(device ? { device: proof(device, who, parts, nonce) } : {}),
    ...over,
  };
}

function proof(
  { id, publicKey, privateKey }: Device,
  client: { id: string; mode: string; platform: string },
  parts: readonly unknown[],
  nonce: string,
) {
  const text = ["v3", id, client.id, client.mode, ...parts, client.platform, ""].join("|");
  const signature = sign(null, Buffer.from(text), privateKey).toString("base64url");
  return { id, publicKey, signature, signedAt: parts[2], nonce };
}

/** One that is let in. */
export async function controlClient(url: string, introduction: Introduction): Promise<ControlClient> {
  const client = new ControlClient(url);
  const { ok, error } = await client.connect(introduction);
  if (!ok) throw new Error(JSON.stringify(error));
  return client;
}
