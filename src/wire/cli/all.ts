// A reader for each way in which a program tells its answer.
import { ClaudeReader } from "./claude-stream-json.ts";
import { CodexReader } from "./codex-json.ts";
import { GeminiReader } from "./gemini-stream-json.ts";
import { JsonReader, LinesReader, TextReader } from "./plain.ts";
import type { CliDialect, CliReader } from "./reader.ts";

/** @param sessionFields where plain documents have the program's session */
export function readerFor(dialect: CliDialect, sessionFields: readonly string[] | undefined): CliReader {
  switch (dialect) {
    case "claude-stream-json":
      return new ClaudeReader();
    case "gemini-stream-json":
      return new GeminiReader();
    case "codex-json":
      return new CodexReader();
    case "json":
      return new JsonReader(sessionFields);
    case "jsonl":
      return new LinesReader(sessionFields);
    case "text":
      return new TextReader();
  }
}
