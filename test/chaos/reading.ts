// What a client of the chaos was told, in its own protocol: an answer, a beginning with an error, or an error.
import type { Protocol } from "../support/protocols.ts";
import type { Seen } from "./client.ts";
import type { RunSpec } from "./world.ts";

export interface Told {
  readonly kind: "answered" | "cut" | "refused" | "left";
  readonly text: string;
  /** Against the protocol: no end, two errors, a broken connection. */
  readonly problem?: string;
}

export function readAnswer(protocol: Protocol, run: RunSpec, seen: Seen): Told {
  if (seen.left) return { kind: "left", text: textSoFar(protocol, seen) };
  if (seen.broken !== undefined)
    return { kind: "refused", text: "", problem: `the connection broke: ${seen.broken}` };
  try {
    return isStream(seen) ? readStream(protocol, run, seen) : readWhole(protocol, seen);
  } catch (error) {
    const problem = `${String(error)}; ${run.speaks} ${seen.status}: ${seen.text.slice(0, 300)}`;
    return { kind: "refused", text: "", problem };
  }
}

const isStream = ({ type, text }: Seen): boolean =>
  type.includes("event-stream") || /^(?:data|event|id|:)[: ]/.test(text);

function readStream(protocol: Protocol, { agent }: RunSpec, { text: stream, status }: Seen): Told {
  const { text, errors, complete } = protocol.readStream(withoutCarriage(stream));
  const problems = [
    status === 200 ? [] : [`a stream with status ${status}`],
    errors.length > 1 ? [`${errors.length} errors`] : [],
    complete || (!agent && TELLS_HOW_IT_ENDS.test(stream)) ? [] : ["a stream without an end"],
    errors.length > 0 && hasEndBeforeError(stream) ? ["an error after the end"] : [],
  ].flat();
  const kind = errors.length === 0 ? "answered" : text === "" ? "refused" : "cut";
  return {
    kind,
    text,
    ...(problems.length > 0 ? { problem: `${problems.join(", ")}: …${stream.slice(-300)}` } : {}),
  };
}

/** Bytes that pass through may lack the last frame, as they do with some providers. */
const TELLS_HOW_IT_ENDS = /"(?:finish|stop)_reason":"/;

const ENDS = /data: \[DONE\]|"type":"(?:message_stop|response\.completed)"/;

function hasEndBeforeError(stream: string): boolean {
  const end = stream.search(ENDS);
  return end !== -1 && /"error":\{|"type":"(?:error|response\.failed)"/.test(stream.slice(end));
}

function readWhole(protocol: Protocol, { status, text }: Seen): Told {
  const body = JSON.parse(text);
  if (status === 200) return { kind: "answered", text: protocol.readWhole(body) };
  const problem =
    typeof body.error?.message === "string" ? undefined : `no error of the protocol: ${text.slice(0, 200)}`;
  return { kind: "refused", text: "", ...(problem === undefined ? {} : { problem }) };
}

/** Whoever left may have half a frame. */
function textSoFar(protocol: Protocol, seen: Seen): string {
  const stream = withoutCarriage(seen.text);
  if (!isStream(seen)) return "";
  try {
    return protocol.readStream(stream.slice(0, stream.lastIndexOf("\n\n") + 2 || 0)).text;
  } catch {
    return "";
  }
}

const withoutCarriage = (text: string): string => text.replaceAll("\r\n", "\n");
