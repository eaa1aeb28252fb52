// Secrets in a file: one value, or a JSON object with many (fidelity spec §8).
import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isObject } from "../core/json.ts";
import { Secret } from "../core/secret.ts";
import type { FileProvider } from "../core/secret-ref.ts";
import type { Outcomes, RefOutcome } from "./outcome.ts";
import { allOf, failed } from "./outcome.ts";
import { accessFault, codeOf } from "./trusted-path.ts";

/** All that is asked of one file. It is read once. Never rejects. */
export async function readFromFile(
  block: FileProvider,
  ids: readonly string[],
  home: string,
): Promise<Outcomes> {
  const path = resolve(block.path.replace(/^~(?=$|[\\/])/, () => join(home)));
  const late = Promise.withResolvers<RefOutcome>();
  const timer = setTimeout(
    () => late.resolve(failed(`${path} was not read within ${block.timeoutMs} ms`)),
    block.timeoutMs,
  );
  const read = await Promise.race([textOf(path, block), late.promise]);
  clearTimeout(timer);
  if (typeof read !== "string") return allOf(ids, read);
  return block.mode === "singleValue" ? single(read, path, ids) : fromJson(read, path, ids);
}

/** What is looked at and what is read are the same file, whatever happens to its name meanwhile. */
async function textOf(path: string, block: FileProvider): Promise<string | RefOutcome> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | NO_FOLLOW | NO_WAIT);
    const stats = await file.stat();
    if (!stats.isFile()) return failed(`${path} is no file`);
    const fault = block.allowInsecurePath ? undefined : accessFault(stats, "secrets");
    if (fault !== undefined) return failed(`${path}: ${fault}`);
    return (await bounded(file, block.maxBytes)) ?? failed(`${path} is larger than ${block.maxBytes} bytes`);
  } catch (error) {
    const code = codeOf(error);
    return failed(
      code === "ELOOP"
        ? `${path} is a symbolic link; name the file itself`
        : `${path} cannot be read (${code})`,
    );
  } finally {
    await file?.close().catch(() => undefined);
  }
}

const { O_NOFOLLOW: NO_FOLLOW = 0, O_NONBLOCK: NO_WAIT = 0 } = constants;

/** @returns nothing when there is more */
async function bounded(file: FileHandle, most: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of file.createReadStream({ autoClose: false })) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > most) return undefined;
  }
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/^\uFEFF/, "");
}

function single(text: string, path: string, ids: readonly string[]): Outcomes {
  const value = text.replace(/\r?\n$/, "");
  const found = value.trim() === "" ? failed(`${path} is empty`) : { found: new Secret(value) };
  const wrong = { problem: `${path} holds one value, whose id is "value"`, lasting: true } as const;
  return new Map(ids.map((id) => [id, id === "value" ? found : wrong]));
}

function fromJson(text: string, path: string, ids: readonly string[]): Outcomes {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's words show a piece of the file.
    return allOf(ids, failed(`${path} is not JSON`));
  }
  if (!isObject(json)) return allOf(ids, failed(`${path} holds no JSON object`));
  return new Map(
    ids.map((id) => {
      const value = id.startsWith("/") ? atPointer(json, id) : undefined;
      if (value === undefined) return [id, failed(`${path} has nothing at ${id}`)];
      const usable = typeof value === "string" && value.trim() !== "";
      return [id, usable ? { found: new Secret(value) } : failed(`${path} has no text at ${id}`)];
    }),
  );
}

/** RFC 6901, own properties only. Pure. */
export function atPointer(json: unknown, pointer: string): unknown {
  let at = json;
  for (const part of pointer.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    if (Array.isArray(at) && !/^(0|[1-9]\d*)$/.test(key)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[key];
  }
  return at;
}
