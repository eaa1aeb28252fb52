// Answers whose stream is made of answers: each chunk has the shape of a whole one, with a part of it. Calls come whole
// inside of their chunk.
import type { JsonObject } from "../../core/json.ts";
import { parseObject } from "../../core/json.ts";
import type { AnswerEvent } from "./neutral.ts";
import { argumentsText } from "./tool-arguments.ts";
import { fittingId } from "./tool-ids.ts";
import type { AnswerReader, NewId, ProviderTranslator } from "./translator.ts";

export interface ToldCall {
  readonly id: unknown;
  readonly name: unknown;
  readonly input: unknown;
}

/** What a chunk and the end say in one protocol. One per answer. */
export interface Chunks {
  /** @param call the events of a call, in the order in which the calls stand in the answer */
  read(chunk: JsonObject, call: (told: ToldCall) => AnswerEvent[]): readonly AnswerEvent[];
  /** @param called whether there was a call */
  end(called: boolean): AnswerEvent;
}

/** @param chunks begins an answer */
export function chunkReaders(chunks: () => Chunks): Pick<ProviderTranslator, "reader" | "readAnswer"> {
  return {
    reader: (newId) => new ChunkReader(chunks(), newId),
    readAnswer(body, newId) {
      const reader = new ChunkReader(chunks(), newId);
      return [...reader.read(body), ...reader.end()];
    },
  };
}

class ChunkReader implements AnswerReader {
  readonly #chunks: Chunks;
  readonly #newId: NewId;
  #calls = 0;

  constructor(chunks: Chunks, newId: NewId) {
    this.#chunks = chunks;
    this.#newId = newId;
  }

  add(_event: string | undefined, data: string): readonly AnswerEvent[] {
    const chunk = parseObject(data);
    return chunk ? this.read(chunk) : [];
  }

  read(chunk: JsonObject): readonly AnswerEvent[] {
    return this.#chunks.read(chunk, (told) => this.#callEvents(told));
  }

  end(): readonly AnswerEvent[] {
    return [this.#chunks.end(this.#calls > 0)];
  }

  #callEvents({ id, name, input }: ToldCall): AnswerEvent[] {
    const index = this.#calls++;
    return [
      {
        kind: "tool",
        index,
        id: typeof id === "string" && id !== "" ? fittingId(id) : this.#newId(),
        name: typeof name === "string" ? name : "",
      },
      { kind: "arguments", index, text: argumentsText(input) },
    ];
  }
}
