// A conversation on a terminal: a line goes out, the answer comes in as it is made. Ctrl-C ends the answer, and the
// conversation when there is none.
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import type { Interface } from "node:readline";
import { isObject } from "../core/json.ts";
import type { JsonObject } from "../core/json.ts";
import type { Link } from "../gateway/control-plane/link.ts";
import { withoutControls } from "./render/text.ts";

export interface ChatScreenOptions {
  readonly sessionKey: string;
  readonly agentId?: string;
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

const PROMPT = "> ";

export class ChatScreen {
  readonly #link: Link;
  readonly #options: ChatScreenOptions;
  readonly #lines: Interface;
  readonly #left = Promise.withResolvers<void>();
  /** runs whose answers are awaited */
  readonly #runs = new Set<string>();
  /** the run whose words stand on the line */
  #midLine: string | undefined;
  #ended: string | undefined;

  constructor(link: Link, options: ChatScreenOptions) {
    this.#link = link;
    this.#options = options;
    const { input, output } = options;
    this.#lines = createInterface({
      input,
      output,
      prompt: PROMPT,
      historySize: 500,
      removeHistoryDuplicates: true,
    });
    this.#lines.on("line", (line) => void this.#say(line));
    this.#lines.on("SIGINT", () => this.#interrupt());
    this.#lines.on("close", () => this.#left.resolve());
  }

  /** Resolves when the person leaves, or the gateway does. */
  async show(): Promise<void> {
    const history = await this.#ask("chat.history", { limit: 20 });
    for (const row of listIn(history, "messages"))
      this.#write(`${row["role"] === "user" ? PROMPT : ""}${textIn(row)}\n`);
    this.#write("/help shows the commands; Ctrl-C stops an answer, and leaves when there is none.\n");
    this.#lines.prompt();
    const why = await Promise.race([this.#left.promise, this.#link.ended]);
    if (why !== undefined) this.#write(`\nThe gateway left: ${why}.\n`);
    this.#lines.close();
  }

  hear(event: string, payload: JsonObject): void {
    const { runId, state, deltaText, message, errorMessage, stopReason } = payload;
    if (event !== "chat" || typeof runId !== "string") return;
    // Something to know beside the answer comes behind it.
    if (runId === this.#ended && state === "final") return this.#end(runId, textIn(message));
    if (!this.#runs.has(runId)) return;
    if (state === "delta") return this.#stream(runId, String(deltaText));
    const isBehind = this.#midLine === runId;
    if (state === "error") return this.#end(runId, `${isBehind ? "\n" : ""}⚠ ${String(errorMessage)}`);
    if (state === "aborted")
      return this.#end(runId, `${isBehind ? "\n" : ""}(stopped: ${String(stopReason)})`);
    this.#end(runId, isBehind ? "" : textIn(message));
  }

  #end(runId: string, words: string): void {
    this.#stream(runId, words);
    this.#write("\n");
    this.#midLine = undefined;
    this.#ended = runId;
    this.#runs.delete(runId);
    if (this.#runs.size === 0) this.#lines.prompt();
  }

  async #say(line: string): Promise<void> {
    if (line.trim() === "") return this.#lines.prompt();
    if (line.trim() === "/exit" || line.trim() === "/quit") return this.#lines.close();
    const runId = randomUUID();
    this.#runs.add(runId);
    const failure = await this.#ask("chat.send", { message: line, idempotencyKey: runId }).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (failure === undefined) return;
    this.#end(runId, `⚠ ${failure}`);
  }

  #interrupt(): void {
    if (this.#runs.size === 0) return this.#lines.close();
    // What waits goes first, or it would begin.
    for (const runId of [...this.#runs].toReversed())
      void this.#ask("chat.abort", { runId }).catch(() => undefined);
  }

  async #ask(method: string, params: JsonObject): Promise<unknown> {
    const { sessionKey, agentId } = this.#options;
    const named = { sessionKey, ...(agentId === undefined ? {} : { agentId }) };
    const answer = await this.#link.ask(method, { ...named, ...params });
    if (answer.ok) return answer.payload;
    throw new Error(String(answer.error["message"]));
  }

  #stream(runId: string, text: string): void {
    if (this.#midLine !== undefined && this.#midLine !== runId) this.#write("\n");
    this.#midLine = runId;
    this.#write(withoutControls(text));
  }

  #write(text: string): void {
    this.#options.output.write(text);
  }
}

function listIn(value: unknown, key: string): JsonObject[] {
  const list = isObject(value) ? value[key] : undefined;
  return Array.isArray(list) ? list.filter(isObject) : [];
}

const textIn = (message: unknown): string =>
  withoutControls(
    listIn(message, "content")
      .map((part) => (part["type"] === "text" ? String(part["text"]) : `[${String(part["type"])}]`))
      .join(""),
  );
