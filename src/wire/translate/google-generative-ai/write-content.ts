// The contents of a generateContent request.
import type { JsonObject } from "../../../core/json.ts";
import { defined } from "../fields.ts";
import type { Losses } from "../losses.ts";
import type { AssistantPart, FilePart, ImagePart, Message, TextPart, ToolResultPart } from "../neutral.ts";
import { valueFor } from "../signature.ts";
import { argumentsObject } from "../tool-arguments.ts";
import { turnsOf, writtenTurns } from "../turns.ts";
import { API, UNSIGNED_CALL } from "./names.ts";

export interface Content {
  readonly role: "user" | "model";
  readonly parts: readonly JsonObject[];
}

export function contentsOf(messages: readonly Message[], losses: Losses): Content[] {
  const talk = turnsOf(messages);
  const names = callNames(talk);
  const turns = talk.map((turn) =>
    turn.role === "assistant"
      ? { role: "model" as const, content: modelParts(turn.parts, losses) }
      : { role: "user" as const, content: userTurn(turn, names, losses) },
  );
  return writtenTurns(turns).map(({ role, content }) => ({ role, parts: content }));
}

/** Results name the function, where other protocols name the call. */
function callNames(messages: readonly Message[]): ReadonlyMap<string, string> {
  const calls = messages.flatMap(({ role, parts }) =>
    role === "assistant" ? parts.filter((part) => part.kind === "tool_call") : [],
  );
  return new Map(calls.map(({ id, name }) => [id, name]));
}

function userTurn(
  { parts }: Message & { role: "user" },
  names: ReadonlyMap<string, string>,
  losses: Losses,
): JsonObject[] {
  const results = parts.filter((part) => part.kind === "tool_result");
  const others = parts.filter((part) => part.kind !== "tool_result");
  const images = results.flatMap(({ content }) => content.filter((part) => part.kind === "image"));
  return [
    ...results.map((result) => responsePart(result, names)),
    ...[...images, ...others].flatMap((part) => userParts(part, losses)),
  ];
}

function responsePart(
  { callId, content, failed }: ToolResultPart,
  names: ReadonlyMap<string, string>,
): JsonObject {
  const text = content.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n\n");
  const response = failed ? { error: text } : { output: text };
  return { functionResponse: { name: names.get(callId) ?? callId, response } };
}

function userParts(part: TextPart | ImagePart | FilePart, losses: Losses): JsonObject[] {
  if (part.kind === "text") return part.text === "" ? [] : [{ text: part.text }];
  if (part.kind === "image") losses.drop("image.detail", part.detail);
  const { source } = part;
  return source.kind === "base64"
    ? [{ inlineData: { mimeType: source.mediaType, data: source.data } }]
    : [{ fileData: defined({ fileUri: source.url, mimeType: mimeTypeOf(source.url, part.kind) }) }];
}

/** The provider wants to be told; an address tells it by its end. */
function mimeTypeOf(url: string, kind: "image" | "file"): string {
  const ending = /\.(png|jpe?g|gif|webp)(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase();
  if (kind === "file") return "application/pdf";
  return `image/${ending === undefined || ending.startsWith("jp") ? "jpeg" : ending}`;
}

/** The first call of a turn must be signed: one that another provider made says that it is not. */
function modelParts(parts: readonly AssistantPart[], losses: Losses): JsonObject[] {
  /** waits for the call that it belongs to */
  let signature: string | undefined;
  let calls = 0;
  const told = parts.flatMap((part): JsonObject[] => {
    switch (part.kind) {
      case "text":
        return part.text === "" ? [] : [{ text: part.text }];
      case "thinking": {
        const own = valueFor(API, part.signature);
        losses.drop("thinking", own === undefined ? true : undefined);
        signature = own ?? signature;
        return [];
      }
      case "tool_call": {
        const thoughtSignature = signature ?? (calls === 0 ? UNSIGNED_CALL : undefined);
        signature = undefined;
        calls++;
        const functionCall = { name: part.name, args: argumentsObject(part.arguments) };
        return [defined({ functionCall, thoughtSignature })];
      }
    }
  });
  losses.drop("thinking", signature);
  return told;
}
