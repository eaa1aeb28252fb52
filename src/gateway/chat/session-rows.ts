// Between a request and a transcript: what a client says as rows, and rows as part of a request.
import { neutralRequest } from "../../access/translation.ts";
import { AccessError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import type { ChatMessage } from "../../core/session.ts";
import { textOf } from "../../core/session.ts";
import type { UserPart } from "../../wire/translate/neutral.ts";
import type { Wire } from "../../wire/wire.ts";

/** What the client says, as rows: what tools said is of this request alone. */
export function rowsOf(wire: Wire, body: JsonObject, timestamp: number): ChatMessage[] | undefined {
  try {
    return neutralRequest(wire.api, body).messages.flatMap(({ role, parts }) => {
      const content = (parts as readonly UserPart[]).flatMap(contentOf);
      return content.length === 0 ? [] : [{ role, content, timestamp }];
    });
  } catch (error) {
    if (error instanceof AccessError) return undefined;
    throw error;
  }
}

function contentOf(part: UserPart): ChatMessage["content"] {
  if (part.kind === "text") return [{ type: "text", text: part.text.toWellFormed() }];
  if (part.kind !== "image" || part.source.kind !== "base64") return [];
  return [{ type: "image", mimeType: part.source.mediaType, data: part.source.data }];
}

/** Rows without words (an answer that was stopped at once, a picture) say nothing here. */
export function withBefore(wire: Wire, body: JsonObject, before: readonly ChatMessage[]): JsonObject {
  const rows = before
    .filter(({ aside }) => !aside)
    .map((row) => ({ role: row.role, content: textOf(row) }))
    .filter(({ content }) => content !== "");
  return rows.length === 0 ? body : wire.withBefore(body, rows);
}
