// Request bodies: read whole, bounded, decoded once.
import type { IncomingMessage } from "node:http";
import { AccessError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";

export interface RequestBody {
  readonly bytes: Buffer;
  readonly json: JsonObject;
}

/** @throws AccessError `too_large`, `bad_input` */
export function readBody(request: IncomingMessage, limit: number): Promise<RequestBody> {
  return new Promise((resolve, reject) => {
    const fault = faultOfHeaders(request, limit);
    if (fault) return reject(fault);
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > limit) settle(() => reject(tooLarge(limit)));
    };
    const onEnd = () =>
      settle(() => {
        const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
        resolve({ bytes, json: decode(bytes) });
      });
    const onError = () =>
      settle(() =>
        reject(new AccessError("bad_input", "The connection closed before the body was complete.")),
      );
    /** The request lives as long as the answer: listeners would keep the body with it. */
    const settle = (how: () => void) => {
      request.off("data", onData).off("end", onEnd).off("error", onError).on("error", ignore).resume();
      try {
        how();
      } catch (error) {
        reject(error);
      }
    };
    request.on("data", onData).on("end", onEnd).on("error", onError);
  });
}

const ignore = () => undefined;

function faultOfHeaders({ headers }: IncomingMessage, limit: number): AccessError | undefined {
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity")
    return new AccessError("bad_input", `Send the body without content-encoding (it came as ${encoding}).`);
  return Number(headers["content-length"] ?? 0) > limit ? tooLarge(limit) : undefined;
}

const tooLarge = (limit: number): AccessError =>
  new AccessError(
    "too_large",
    `The body is larger than ${limit} bytes. Send less, or raise gateway.maxBodyBytes in access.json (in openclaw.json: gateway.http.endpoints.*.maxBodyBytes).`,
  );

function decode(bytes: Buffer): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    throw new AccessError("bad_input", "The body is not valid JSON.");
  }
  if (isObject(value)) return value;
  throw new AccessError("bad_input", "The body must be a JSON object.");
}
