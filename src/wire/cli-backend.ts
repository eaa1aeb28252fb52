// What passes between the gateway and a program that runs the model's turns: events in neutral words, one a frame.
// The programs' own words are read in `cli/`.
import { parseObject } from "../core/json.ts";
import type { FrameVerdict, ProviderWire, Usage } from "./wire.ts";
import { PING } from "./wire.ts";

export const CLI_BACKEND = "cli-backend";

export const cliBackend: ProviderWire = {
  api: CLI_BACKEND,
  endpoint: "",
  alwaysStreams: true,
  headers: {},
  forwarded: [],

  readFrame,
  errorInBody: () => undefined,
  endMarks: ['"kind":"finish"'],
  errorMarks: [Buffer.from('"kind":"error"')],
  readUsage,
  ping: (model) => ({
    model,
    system: "",
    messages: [{ role: "user", parts: [{ kind: "text", text: PING }] }],
  }),
};

function readFrame(_event: string | undefined, data: string): FrameVerdict {
  const said = parseObject(data);
  if (said?.["kind"] === "error") return { error: said["error"] };
  if (said?.["kind"] === "finish") return "end";
  return said ? "content" : "prelude";
}

function readUsage(tail: string): Usage | undefined {
  const found = /"usage":\{"input":(\d+),"output":(\d+)/.exec(tail);
  return found ? { inputTokens: Number(found[1]), outputTokens: Number(found[2]) } : undefined;
}
