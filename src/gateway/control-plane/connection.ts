// One client's socket: challenge, handshake, then requests and events. Whatever comes, it costs this client alone.
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import * as v from "valibot";
import type { RawData, WebSocket } from "ws";
import type { GuardSettings } from "../guard/guard.ts";
import { isSameSecret } from "../guard/same-secret.ts";
import { asked, fitting, parseFrame, sizeOf } from "./frame-text.ts";
import type { Admission, Door } from "./handshake.ts";
import { admit } from "./handshake.ts";
import type { Peer } from "./method.ts";
import type { ErrorShape, RequestFrame } from "./protocol.ts";
import { CLOSE, HANDSHAKE_WITHIN_MS, invalid, POLICY, requestFrame } from "./protocol.ts";
import type { Heard, Seat } from "./requests.ts";
import { Requests } from "./requests.ts";
import { boundBytes, gathering } from "./stream.ts";
import { Told } from "./told.ts";

export interface ConnectionOptions {
  readonly door: () => Omit<Door, "request" | "nonce">;
  /** what `hello-ok` says; the client counts as connected from now on */
  readonly welcome: (connection: Connection, admission: Admission) => unknown;
  /** A fault of ours ended the handshake. */
  readonly failed: (error: unknown) => void;
  /** Answers a request. Never rejects. */
  readonly serve: (connection: Connection, frame: RequestFrame, seat: Seat) => Promise<void>;
  readonly now: () => number;
  /** It lets much wait. */
  readonly behind: () => void;
}

/** More than this that was not read yet, and the client is asked nothing more until it reads. */
const PAUSE_ABOVE_BYTES = 1024 * 1024;

export class Connection {
  readonly connId = randomUUID();
  readonly openedAt: number;
  /** once it has proven who it is */
  peer: Peer | undefined;
  readonly #socket: WebSocket;
  readonly #options: ConnectionOptions;
  readonly #door: Pick<Door, "request" | "nonce">;
  readonly #left = new AbortController();
  readonly #gather: () => void;
  #state: "new" | "judged" | "open" | "over" = "new";
  #timer: NodeJS.Timeout | undefined;
  readonly #requests = new Requests(
    (heard, seat) => this.#serve(heard, seat),
    () => this.#pace(),
  );
  #isPacing = false;
  #seq = 0;
  /** by which it was let in */
  #guard: GuardSettings | undefined;

  constructor(socket: WebSocket, request: IncomingMessage, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#door = { request, nonce: randomUUID() };
    this.openedAt = options.now();
    socket.on("message", (data, isBinary) => this.#hear(data, isBinary));
    // A close with its reason follows.
    socket.on("error", () => undefined);
    socket.on("close", () => this.#end());
    this.#gather = gathering(request.socket);
    boundBytes(
      request.socket,
      () => this.#state === "open",
      () => this.close(CLOSE.tooBig, "more than 64 KiB before the handshake"),
    );
    this.#timer = setTimeout(() => this.close(CLOSE.normal), HANDSHAKE_WITHIN_MS);
    this.event("connect.challenge", { nonce: this.#door.nonce, ts: options.now() });
  }

  get left(): AbortSignal {
    return this.#left.signal;
  }

  /** bytes that wait for the client to read */
  get unread(): number {
    return this.#socket.bufferedAmount;
  }

  event(name: string, payload: unknown): void {
    this.tell(new Told(name, payload));
  }

  /** Tells the client; one that does not read misses what is said again, and is let go once too much waits for it. */
  tell(told: Told): void {
    if (this.#isOver || (told.isPassing && this.unread > PAUSE_ABOVE_BYTES)) return;
    this.#send(told.frame(this.#state === "open" ? ++this.#seq : undefined));
  }

  /** Whoever shows the same would be let in now. */
  isGoodFor({ mode, secret }: GuardSettings): boolean {
    const before = this.#guard;
    if (before?.mode !== mode) return false;
    if (!before.secret || !secret) return before.secret === secret;
    return isSameSecret(before.secret.reveal(), secret);
  }

  answer(id: string, payload: unknown): void {
    this.#send(JSON.stringify({ type: "res", id, ok: true, payload }));
  }

  refuse(id: string, error: ErrorShape): void {
    this.#send(JSON.stringify({ type: "res", id, ok: false, error }));
  }

  close(code: number, reason = ""): void {
    if (this.#state === "over") return;
    this.#state = "over";
    clearTimeout(this.#timer);
    this.#socket.close(code, fitting(reason));
    // Who does not answer the goodbye is cut off.
    setTimeout(() => this.#socket.terminate(), 1000).unref();
  }

  cutOff(): void {
    this.#state = "over";
    this.#socket.terminate();
  }

  get #isOver(): boolean {
    return this.#state === "over" || this.#socket.readyState !== this.#socket.OPEN;
  }

  #send(frame: string): void {
    if (this.#isOver) return;
    this.#gather();
    this.#socket.send(frame, () => this.#pace());
    if (this.unread > POLICY.maxBufferedBytes) return this.cutOff();
    if (this.unread > PAUSE_ABOVE_BYTES) this.#options.behind();
    this.#pace();
  }

  /** A client that asks faster than it reads, or than it is answered, is not listened to for a while. */
  #pace(): void {
    const socket = this.#socket;
    if (this.#isPacing || socket.readyState !== socket.OPEN) return;
    this.#isPacing = true;
    this.#requests.begin(this.unread > PAUSE_ABOVE_BYTES);
    this.#isPacing = false;
    const { isFull } = this.#requests;
    if (isFull && !socket.isPaused) socket.pause();
    else if (!isFull && socket.isPaused) socket.resume();
  }

  #hear(data: RawData, isBinary: boolean): void {
    if (this.#state === "over") return;
    if (isBinary) return this.close(CLOSE.notText, "frames are text");
    const frame = parseFrame(data);
    if (this.#state === "open") {
      this.#requests.add(asked(frame), sizeOf(data));
      this.#pace();
    } else if (this.#state === "judged") this.close(CLOSE.policy, "wait for the answer to connect");
    else void this.#shakeHands(frame).catch((error: unknown) => this.#fail(error));
  }

  async #shakeHands(read: unknown): Promise<void> {
    if (read === undefined) return this.close(CLOSE.normal);
    const parsed = v.safeParse(requestFrame, read);
    if (!parsed.success) return this.close(CLOSE.policy, "invalid request frame");
    const { id, method, params } = parsed.output;
    if (method !== "connect")
      return this.#refuseAndClose(id, invalid("invalid handshake: first request must be connect"));
    this.#state = "judged";
    const door = { ...this.#options.door(), ...this.#door };
    this.#guard = door.guard;
    const verdict = await admit(params, door);
    if (this.#state !== "judged") return;
    if ("error" in verdict) return this.#refuseAndClose(id, verdict.error, verdict.close);
    clearTimeout(this.#timer);
    this.peer = { connId: this.connId, client: verdict.params.client, scopes: verdict.scopes };
    this.answer(id, this.#options.welcome(this, verdict));
    this.#state = "open";
  }

  #fail(error: unknown): void {
    this.#options.failed(error);
    this.close(CLOSE.fault);
  }

  #refuseAndClose(id: string, error: ErrorShape, code: number = CLOSE.policy): void {
    this.refuse(id, error);
    this.close(code, error.message);
  }

  async #serve(heard: Heard, seat: Seat): Promise<void> {
    if ("fault" in heard) this.refuse(heard.id, heard.fault);
    else await this.#options.serve(this, heard, seat);
  }

  #end(): void {
    this.#state = "over";
    this.#requests.clear();
    this.#left.abort();
    clearTimeout(this.#timer);
  }
}
