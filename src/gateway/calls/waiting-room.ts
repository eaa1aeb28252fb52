// A client whose call waits behind others of its conversation: as with every call no byte before some seconds, so that
// an SDK still sees a status; then comments keep a stream alive.
import type { ServerResponse } from "node:http";
import type { Alarm } from "../../access/alarms.ts";
import { clearAlarm, setAlarm } from "../../access/alarms.ts";
import type { Wire } from "../../wire/wire.ts";
import { AgentStreamSink } from "../sinks/agent-sinks.ts";
import { refusalOf } from "../reply.ts";
import { COMMENT, EVENT_STREAM } from "../sinks/response-sink.ts";

export class WaitingRoom {
  readonly #response: ServerResponse;
  readonly #own: readonly string[];
  readonly #everyMs: number;
  readonly #onLeft: () => void;
  #comments: Alarm | undefined;

  /** @param onLeft called when the client leaves while it waits */
  constructor(
    response: ServerResponse,
    runId: string,
    { stream, commentEveryMs }: { readonly stream: boolean; readonly commentEveryMs: number },
    onLeft: () => void,
  ) {
    this.#response = response;
    this.#own = ["x-openclaw-run-id", runId];
    this.#everyMs = commentEveryMs;
    this.#onLeft = onLeft;
    if (response.destroyed) onLeft();
    else response.once("close", onLeft);
    if (stream) this.#waitAndComment();
  }

  /** The call goes on elsewhere. */
  close(): void {
    clearAlarm(this.#comments);
    this.#comments = undefined;
    this.#response.off("close", this.#onLeft);
  }

  /** Tells an error to a client that has a status already. @returns whether it has */
  refused(error: unknown, wire: Wire): boolean {
    const response = this.#response;
    if (!response.headersSent) return false;
    const own = () => this.#own;
    const parts = { response, wire, own, stream: false, commentEveryMs: this.#everyMs };
    new AgentStreamSink(parts, { runId: "", model: "" }, {}).refuse(refusalOf(error));
    return true;
  }

  #waitAndComment(): void {
    this.#comments = setAlarm(() => this.#comment(), this.#everyMs);
  }

  #comment(): void {
    const response = this.#response;
    if (!response.headersSent) response.writeHead(200, [...EVENT_STREAM, ...this.#own]);
    response.write(COMMENT);
    this.#waitAndComment();
  }
}
