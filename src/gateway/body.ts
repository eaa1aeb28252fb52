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
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= limit) return;
      request.removeAllListeners("data");
      request.resume();
      reject(tooLarge(limit));
    });
    request.on("end", () => {
      try {
        const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
        resolve({ bytes, json: decode(bytes) });
      } catch (error) {
        reject(error);
      }
    });
    request.on("error", () =>
      reject(new AccessError("bad_input", "The connection closed before the body was complete.")),
    );
  });
}

function faultOfHeaders({ headers }: IncomingMessage, limit: number): AccessError | undefined {
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity")
    return new AccessError("bad_input", `Send the body without content-encoding (it came as ${encoding}).`);
  return Number(headers["content-length"] ?? 0) > limit ? tooLarge(limit) : undefined;
}

const tooLarge = (limit: number): AccessError =>
  new AccessError(
    "too_large",
    `The body is larger than ${limit} bytes. Raise gateway.maxBodyBytes in access.json.`,
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
