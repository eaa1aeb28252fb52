// Calls of agents that belong to a conversation. What keeps conversations is loaded with the first of them.
import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { AccessError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { RequestBody } from "./body.ts";
import type { HttpSession, OpenedBy } from "./chat/http-session.ts";
import type { Talks } from "./chat/talks.ts";
import type { Told } from "./chat/told-words.ts";

/** A look that costs next to nothing: most calls are stateless. */
export const mayNameSession = (headers: IncomingHttpHeaders, body: JsonObject): boolean =>
  headers["x-openclaw-session-key"] !== undefined || typeof body["user"] === "string";

export type Opened =
  { readonly told: Told } | { readonly body: RequestBody; readonly session: HttpSession | undefined };

/** @throws AccessError `bad_input`, `store_unreadable` */
export async function openSession(
  talks: () => Promise<Talks>,
  body: RequestBody,
  headers: IncomingHttpHeaders,
  by: Omit<OpenedBy, "body" | "strict">,
): Promise<Opened> {
  const { openHttpSession, sessionNamedBy } = await import("./chat/http-session.ts");
  const name = sessionNamedBy(headers, by.wire, body.json, by.live.id, by.caller);
  if (!name) return { body, session: undefined };
  const strict = headers["x-openclaw-model"] !== undefined;
  const opened = await openHttpSession(await talks(), name, { ...by, body: body.json, strict }).catch(
    (error: unknown) => {
      // A `user` asks for no conversation in so many words: the call is answered without one.
      if (name.explicit || !(error instanceof AccessError && error.code === "store_unreadable")) throw error;
      by.gateway.log.error(error, `The conversation ${name.key} could not be read`);
      return undefined;
    },
  );
  if (typeof opened === "string") {
    const { model, stream } = body.json;
    const told = { runId: randomUUID(), words: opened, now: by.gateway.now() };
    return {
      told: { ...told, model: typeof model === "string" ? model : "openclaw", stream: stream === true },
    };
  }
  return opened
    ? { body: { bytes: body.bytes, json: opened.body }, session: opened }
    : { body, session: undefined };
}
