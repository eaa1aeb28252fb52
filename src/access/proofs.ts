// Proofs of reasoning that only the account or the provider that made them takes: marked with its name on their way
// to the client, and sent back to no other, which would refuse the whole call.
import { createHash } from "node:crypto";
import type {
  AnswerEvent,
  Message,
  ModelRequest,
  Signature,
  ThinkingPart,
} from "../wire/translate/neutral.ts";

/** Who is called. */
export interface Origin {
  readonly provider: string;
  readonly profile: string;
}

/** OpenAI encrypts for one account; where nothing is signed, some providers refuse what others want back. */
const BOUND_TO: Readonly<Record<string, keyof Origin>> = {
  "openai-responses": "profile",
  "openai-completions": "provider",
};

const MARK_LENGTH = 8;
const MARKS = new Map<string, string>();
const MOST_MARKS = 10_000;

/** Names nobody: ids of profiles may hold addresses of people. */
function markFor(api: string, origin: Origin): string | undefined {
  if (!Object.hasOwn(BOUND_TO, api)) return undefined;
  const name = origin[BOUND_TO[api]!];
  const known = MARKS.get(name);
  if (known !== undefined) return known;
  const mark = `${createHash("sha256").update(name).digest("hex").slice(0, MARK_LENGTH)}.`;
  if (MARKS.size >= MOST_MARKS) MARKS.clear();
  MARKS.set(name, mark);
  return mark;
}

/** An event of an answer, as the client may be told it. */
export function marked(event: AnswerEvent, origin: Origin): AnswerEvent {
  if (event.kind !== "signature") return event;
  const { api, value } = event.signature;
  const mark = markFor(api, origin);
  return mark === undefined ? event : { kind: "signature", signature: { api, value: mark + value } };
}

const isBound = ({ signature }: ThinkingPart): boolean =>
  signature !== undefined && Object.hasOwn(BOUND_TO, signature.api);

/** A request, without the proofs that another account or provider made. */
export function withOwnProofs(request: ModelRequest, origin: Origin): ModelRequest {
  const holds = request.messages.some(({ parts }) =>
    parts.some((part) => part.kind === "thinking" && isBound(part)),
  );
  if (!holds) return request;
  return { ...request, messages: request.messages.map((message) => ownIn(message, origin)) };
}

const ownIn = (message: Message, origin: Origin): Message =>
  message.role === "user"
    ? message
    : {
        role: "assistant",
        parts: message.parts.map((part) => {
          if (part.kind !== "thinking" || !part.signature) return part;
          const signature = unmarked(part.signature, origin);
          return signature ? { ...part, signature } : { kind: "thinking", text: part.text };
        }),
      };

function unmarked(signature: Signature, origin: Origin): Signature | undefined {
  const mark = markFor(signature.api, origin);
  if (mark === undefined) return signature;
  const { api, value } = signature;
  return value.startsWith(mark) ? { api, value: value.slice(mark.length) } : undefined;
}
