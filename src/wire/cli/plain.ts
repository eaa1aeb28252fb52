// Programs of which only this is known: they print text, one JSON document, or one JSON document a line.
import type { JsonObject } from "../../core/json.ts";
import { isObject, parseObject } from "../../core/json.ts";
import type { CliEvent, CliReader } from "./reader.ts";

const NOTHING: readonly CliEvent[] = [];
const FINISH: CliEvent = { kind: "finish", reason: "stop" };

/** All of stdout is the answer. */
export class TextReader implements CliReader {
  #lines: string[] = [];

  line(text: string): readonly CliEvent[] {
    this.#lines.push(text);
    return NOTHING;
  }
  end(): readonly CliEvent[] {
    const text = this.#lines.join("\n").trim();
    return text === "" ? NOTHING : [{ kind: "text", text }, FINISH];
  }
}

/** Where programs put their answer, first found. */
const ANSWERS = ["result", "response", "text", "content", "message", "output"];
const SESSIONS = ["session_id", "sessionId", "conversation_id", "conversationId"];

/** All of stdout is one document. */
export class JsonReader implements CliReader {
  #lines: string[] = [];
  readonly #sessionFields: readonly string[];

  constructor(sessionFields: readonly string[] = SESSIONS) {
    this.#sessionFields = sessionFields;
  }

  line(text: string): readonly CliEvent[] {
    this.#lines.push(text);
    return NOTHING;
  }
  end(): readonly CliEvent[] {
    const said = parseObject(this.#lines.join("\n"));
    if (!said) return NOTHING;
    const told = answerIn(said, this.#sessionFields);
    return told.length === 0 ? NOTHING : [...told, FINISH];
  }
}

/** The last line that has an answer is the answer. */
export class LinesReader implements CliReader {
  #last: readonly CliEvent[] = NOTHING;
  readonly #sessionFields: readonly string[];

  constructor(sessionFields: readonly string[] = SESSIONS) {
    this.#sessionFields = sessionFields;
  }

  line(text: string): readonly CliEvent[] {
    const said = parseObject(text);
    const told = said ? answerIn(said, this.#sessionFields) : NOTHING;
    if (told.some(({ kind }) => kind !== "session"))
      this.#last = told.filter(({ kind }) => kind !== "session");
    return told.filter(({ kind }) => kind === "session");
  }
  end(): readonly CliEvent[] {
    return this.#last.length === 0 ? NOTHING : [...this.#last, FINISH];
  }
}

function answerIn(said: JsonObject, sessionFields: readonly string[]): CliEvent[] {
  const id = sessionFields
    .map((name) => said[name])
    .find((value) => typeof value === "string" && value !== "");
  const session = typeof id === "string" ? [{ kind: "session", id } as const] : [];
  const { error } = said;
  const why = typeof error === "string" ? error : isObject(error) ? error["message"] : undefined;
  if (typeof why === "string" && why !== "") return [...session, { kind: "error", error: { message: why } }];
  const text = ANSWERS.map((name) => textAt(said[name])).find((found) => found !== undefined);
  return text === undefined ? session : [...session, { kind: "text", text }];
}

/** Plain, or inside an object such as `{"message": {"text": "…"}}`. */
function textAt(value: unknown): string | undefined {
  if (typeof value === "string" && value.trim() !== "") return value.trim();
  if (!isObject(value)) return undefined;
  const inner = value["text"] ?? value["content"];
  return typeof inner === "string" && inner.trim() !== "" ? inner.trim() : undefined;
}
