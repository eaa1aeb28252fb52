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
export async function readBody(request: IncomingMessage, limit: number): Promise<RequestBody> {
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    throw new AccessError("bad_input", `Send the body without content-encoding (it came as ${encoding}).`);
  }
  const bytes = await readBytes(request, limit);
  return { bytes, json: decode(bytes) };
}

function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const tooLarge = () => {
      reject(
        new AccessError(
          "too_large",
          `The body is larger than ${limit} bytes. Raise gateway.maxBodyBytes in access.json.`,
        ),
      );
    };
    if (Number(request.headers["content-length"] ?? 0) > limit) return tooLarge();
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        request.removeAllListeners("data");
        request.resume();
        return tooLarge();
      }
      chunks.push(chunk);
    });
    request.on("end", () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    request.on("error", () =>
      reject(new AccessError("bad_input", "The connection closed before the body was complete.")),
    );
  });
}

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
