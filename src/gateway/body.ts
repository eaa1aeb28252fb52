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
    /** The request and its listeners live as long as the answer: what they have of the body is let go before. */
    let coming: Coming | undefined = { chunks: [], size: 0, resolve, reject };
    const end = (how: (all: Coming) => void) => {
      const all = coming;
      coming = undefined;
      if (all) how(all);
    };
    request
      .on("data", (chunk: Buffer) => {
        if (!coming) return;
        coming.size += chunk.length;
        coming.chunks.push(chunk);
        if (coming.size > limit) end((all) => all.reject(tooLarge(limit)));
      })
      .on("end", () => end(decodeAll))
      .on("error", () => end((all) => all.reject(cutShort())));
  });
}

/** A body on its way. */
interface Coming {
  readonly chunks: Buffer[];
  size: number;
  readonly resolve: (body: RequestBody) => void;
  readonly reject: (error: unknown) => void;
}

function decodeAll({ chunks, resolve, reject }: Coming): void {
  const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  try {
    resolve({ bytes, json: decode(bytes) });
  } catch (error) {
    reject(error);
  }
}

const cutShort = (): AccessError =>
  new AccessError("bad_input", "The connection closed before the body was complete.");

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
