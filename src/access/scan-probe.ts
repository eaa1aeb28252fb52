// Two questions for a model: does it call a tool, does it take a picture.
import { createParser } from "eventsource-parser";
import type { Failure } from "../core/failure/failure.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject, parseObject } from "../core/json.ts";
import type { ScanProbe, ScanRow } from "../core/scan.ts";
import type { OpenRouterModel } from "../providers/openrouter-models.ts";
import { openaiCompletions } from "../wire/openai-completions.ts";
import type { CallResult } from "./one-call.ts";

/** Sends one body; the rest of the call is the same for all. */
export type Ask = (body: JsonObject) => Promise<CallResult>;

export interface ProbedModel {
  readonly row: ScanRow;
  /** The first failure, which may say that all further calls would fail as well. */
  readonly failure?: Failure;
}

const NOT_ASKED: ScanProbe = { ok: false, latencyMs: null, skipped: true };

/** The row of a model that nobody asked. */
export const unprobedRow = (
  { parameters: _parameters, ...model }: OpenRouterModel,
  error?: string,
): ScanRow => {
  const probe = error === undefined ? NOT_ASKED : { ...NOT_ASKED, error };
  return { ...model, tool: probe, image: probe };
};

/** Asks only what the catalog does not rule out: free calls are counted. */
export async function probeModel(model: OpenRouterModel, ask: Ask): Promise<ProbedModel> {
  const row = unprobedRow(model);
  const asksTool = model.supportsToolsMeta || model.parameters === undefined;
  const tool = asksTool ? await toolProbe(model, ask) : { probe: NOT_ASKED };
  const image =
    model.supportsImagesMeta && !tool.failure ? await imageProbe(model, ask) : { probe: NOT_ASKED };
  const failure = tool.failure ?? image.failure;
  return { row: { ...row, tool: tool.probe, image: image.probe }, ...(failure ? { failure } : {}) };
}

interface Probed {
  readonly probe: ScanProbe;
  readonly failure?: Failure;
}

const TOOL = "ping";

async function toolProbe({ id, parameters }: OpenRouterModel, ask: Ask): Promise<Probed> {
  const body = {
    model: id,
    messages: [{ role: "user", content: `Call the tool ${TOOL} once, without arguments. Say nothing else.` }],
    tools: [
      {
        type: "function",
        function: {
          name: TOOL,
          description: "Answers pong.",
          parameters: { type: "object", properties: {} },
        },
      },
    ],
    // A host that does not know the field would not be asked at all.
    ...(parameters?.includes("tool_choice") === false ? {} : { tool_choice: "required" }),
    max_tokens: 256,
    stream: true,
  };
  return judged(await ask(body), (answer) =>
    callsTool(answer) ? undefined : "It answered without calling the tool.",
  );
}

/** A grey square, 32 × 32: some models refuse smaller ones. */
const PICTURE =
  "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAAAAABWESUoAAAAFklEQVR42mNoIAAYRhWMKhhVMFIVAABCAAAfN5c2AAAAAABJRU5ErkJggg==";

async function imageProbe({ id }: OpenRouterModel, ask: Ask): Promise<Probed> {
  const content = [
    { type: "text", text: "Name the colour of this picture in one word." },
    { type: "image_url", image_url: { url: `data:image/png;base64,${PICTURE}` } },
  ];
  const body = { model: id, messages: [{ role: "user", content }], max_tokens: 64, stream: true };
  return judged(await ask(body), () => undefined);
}

/** @param fault what is missing in an answer, if something is */
function judged(result: CallResult, fault: (answer: string) => string | undefined): Probed {
  if (result.kind === "aborted") return { probe: NOT_ASKED };
  const { latencyMs } = result;
  if (result.kind === "failed")
    return { probe: { ok: false, latencyMs, error: result.failure.message }, failure: result.failure };
  const error = fault(result.answer);
  return { probe: error === undefined ? { ok: true, latencyMs } : { ok: false, latencyMs, error } };
}

function callsTool(answer: string): boolean {
  const { choices } = wholeAnswer(answer);
  const [choice] = Array.isArray(choices) ? (choices as unknown[]) : [];
  const message = isObject(choice) && isObject(choice["message"]) ? choice["message"] : {};
  const calls = Array.isArray(message["tool_calls"]) ? (message["tool_calls"] as unknown[]) : [];
  return calls.some(
    (call) => isObject(call) && isObject(call["function"]) && call["function"]["name"] === TOOL,
  );
}

/** As it came in one piece, or joined from its frames. */
function wholeAnswer(answer: string): JsonObject {
  const whole = parseObject(answer);
  if (whole) return whole;
  const collector = openaiCompletions.collector();
  createParser({
    onEvent: ({ event, data }) => {
      if (data !== "[DONE]") collector.add(event, data);
    },
  }).feed(`${answer}\n\n`);
  const result = collector.result({ runId: "scan", model: "" });
  return isObject(result) ? result : {};
}
