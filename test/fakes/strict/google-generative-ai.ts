// Google's generateContent, as strict as the real one, which refuses every name that it does not know. Rules: the
// public Gemini API reference, its page on thought signatures, and its own words of 400.
import type { Action, Call } from "../scripted-upstream.ts";
import { reply, resetAfterFrames, stream } from "../upstream-actions.ts";
import type { Given, Saying, Seen, SeenPart, StrictWire } from "./rules.ts";
import { isBase64, isObject, must, only, pieces, prove } from "./rules.ts";
import { mustBeGoogleSchema } from "./schemas.ts";

const CONFIG = [
  ..."maxOutputTokens temperature topP topK seed presencePenalty frequencyPenalty stopSequences".split(" "),
  ..."responseMimeType responseJsonSchema thinkingConfig candidateCount".split(" "),
];
const KINDS = ["text", "inlineData", "fileData", "functionCall", "functionResponse"];
const UNSIGNED = ["skip_thought_signature_validator", "context_engineering_is_the_way_to_go"];

function see({ headers, path, body: { json } }: Call, given: Given): Seen {
  must(headers["x-goog-api-key"], "API key is missing");
  must(/\/models\/[^/]+:(streamGenerateContent\?alt=sse|generateContent)$/.test(path), `path: ${path}`);
  only(
    json,
    ["contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "safetySettings"],
    "request",
  );
  const config = json.generationConfig ?? {};
  only(config, CONFIG, "generation_config");
  only(
    config.thinkingConfig ?? {},
    ["includeThoughts", "thinkingBudget", "thinkingLevel"],
    "thinking_config",
  );
  if (config.responseJsonSchema) {
    must(config.responseMimeType === "application/json", "responseMimeType must be application/json");
    mustBeGoogleSchema(config.responseJsonSchema);
  }
  only(json.systemInstruction ?? {}, ["parts", "role"], "system_instruction");
  mustTakeTurns(json.contents);
  return {
    system: (json.systemInstruction?.parts ?? []).map(({ text }: any) => text).join("\n"),
    turns: json.contents.map((content: any, i: number) => ({
      role: content.role === "model" ? "assistant" : "user",
      parts: content.parts.flatMap((part: any) => partsOf(part, `contents[${i}]`, given)),
    })),
    tools: toolsIn(json),
    hasSchema: config.responseJsonSchema !== undefined,
    thinks: config.thinkingConfig?.includeThoughts === true,
  };
}

function toolsIn(json: any): string[] {
  return (json.tools ?? []).flatMap((tool: any) => {
    only(tool, ["functionDeclarations"], "tools[]");
    must(tool.functionDeclarations.length > 0, "function_declarations must not be empty");
    return tool.functionDeclarations.map((one: any) => {
      only(one, ["name", "description", "parameters", "parametersJsonSchema"], "function_declarations[]");
      must(/^[a-zA-Z_][\w.:-]{0,63}$/.test(one.name), `Invalid function name: ${one.name}`);
      if (one.parametersJsonSchema) mustBeGoogleSchema(one.parametersJsonSchema);
      return one.name;
    });
  });
}

const namesIn = (content: any, field: string): string[] =>
  (content?.parts ?? []).flatMap((part: any) => (part[field] ? [part[field].name] : []));

function mustTakeTurns(contents: any[]): void {
  must(Array.isArray(contents) && contents.length > 0, "contents is not specified");
  must(contents[0].role === "user", "Please ensure that multiturn requests begin with a user turn");
  for (const [i, content] of contents.entries()) {
    only(content, ["role", "parts"], `contents[${i}]`);
    must(["user", "model"].includes(content.role), "Please use a valid role: user, model.");
    must(content.parts?.length > 0, `contents[${i}].parts: must include at least one parts field`);
    must(
      i === 0 || contents[i - 1].role !== content.role,
      "Please ensure that multiturn requests alternate between user and model",
    );
    const calls = namesIn(content, "functionCall");
    const results = namesIn(content, "functionResponse");
    if (content.role === "model") {
      must(
        calls.length === 0 || contents[i].parts.find((part: any) => part.functionCall).thoughtSignature,
        "Function call is missing a thought_signature",
      );
      const answered = namesIn(contents[i + 1], "functionResponse");
      must(
        calls.length === answered.length,
        "Please ensure that the number of function response parts is equal to the number of function call parts",
      );
      must(
        calls.every((name, at) => name === answered[at]),
        "function responses are not those of the calls, in their order",
      );
    } else if (results.length > 0)
      must(
        namesIn(contents[i - 1], "functionCall").length > 0,
        "Please ensure that function response turn comes immediately after a function call turn",
      );
  }
}

function partsOf(part: any, place: string, given: Given): SeenPart[] {
  only(part, [...KINDS, "thought", "thoughtSignature"], place);
  must(
    KINDS.filter((kind) => kind in part).length === 1,
    `${place}: required oneof field 'data' must have one initialized field`,
  );
  const { thoughtSignature: proof } = part;
  must(proof === undefined || isBase64(proof), `${place}: Base64 decoding failed`);
  must(
    proof === undefined || given.has(proof) || UNSIGNED.includes(proof),
    `${place}: Thought signature is not valid`,
  );
  const thinking: SeenPart[] = given.has(proof) ? [{ kind: "thinking", text: given.get(proof)! }] : [];
  if (part.functionCall) {
    only(part.functionCall, ["id", "name", "args"], place);
    must(isObject(part.functionCall.args), `${place}: args must be an object`);
    return [
      ...thinking,
      {
        kind: "call",
        id: part.functionCall.name,
        name: part.functionCall.name,
        args: part.functionCall.args,
      },
    ];
  }
  if (part.functionResponse) {
    only(part.functionResponse, ["id", "name", "response", "parts", "willContinue"], place);
    must(isObject(part.functionResponse.response), `${place}: response must be an object`);
    return [
      {
        kind: "result",
        id: part.functionResponse.name,
        text: Object.values(part.functionResponse.response).join(""),
      },
    ];
  }
  if (part.inlineData) {
    only(part.inlineData, ["mimeType", "data"], place);
    must(isBase64(part.inlineData.data) && part.inlineData.mimeType, `${place}: inlineData`);
    return [{ kind: "image", data: part.inlineData.data }];
  }
  return [...thinking, { kind: "text", text: part.text ?? "(a file)" }];
}

const USAGE = { promptTokenCount: 11, candidatesTokenCount: 5, thoughtsTokenCount: 2, totalTokenCount: 18 };

function answer({ thinking, text, calls = [] }: Saying, call: Call, given: Given): Action {
  const proof = thinking ? { thoughtSignature: prove(given, thinking, "google") } : {};
  const said = [
    ...pieces(thinking ?? "").map((each) => ({ text: each, thought: true })),
    ...pieces(text ?? "").map((each) => ({ text: each })),
    // The first of parallel calls carries the proof.
    ...calls.map(({ name, args }, i) => ({ functionCall: { name, args }, ...(i === 0 ? proof : {}) })),
  ];
  const chunk = (parts: object[], more: object = {}) => ({
    candidates: [{ content: { role: "model", parts }, index: 0, ...more }],
    usageMetadata: USAGE,
    modelVersion: "m",
  });
  const end = { finishReason: "STOP" };
  if (!call.path.includes("stream")) return reply({ body: chunk(said, end) });
  const chunks = [...said.map((part) => chunk([part])), chunk([{ text: "" }], end)];
  return stream({ frames: chunks.map((each) => `data: ${JSON.stringify(each)}\r\n\r\n`) });
}

const strict = (api: string): StrictWire => ({
  api,
  see,
  answer,
  cutOff: () => resetAfterFrames(1, { frames: [`data: {"usageMetadata":{"promptTokenCount":11}}\r\n\r\n`] }),
  error: (status, message) => ({
    error: {
      code: status,
      message,
      status:
        ({ 400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED" } as Record<number, string>)[status] ??
        "RESOURCE_EXHAUSTED",
    },
  }),
});

export const google = strict("google-generative-ai");
export const vertex = strict("google-vertex");
