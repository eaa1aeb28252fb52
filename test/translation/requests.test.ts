// Requests of every kind, told in every protocol, and read again where clients speak it.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { AccessError } from "../../src/core/errors.ts";
import { TRANSLATORS } from "../../src/wire/translate/all.ts";
import type { ModelRequest, Part } from "../../src/wire/translate/neutral.ts";
import { argumentsObject } from "../../src/wire/translate/tool-arguments.ts";
import { fittingId } from "../../src/wire/translate/tool-ids.ts";
import type { ProviderTranslator, WrittenRequest } from "../../src/wire/translate/translator.ts";
import { requests } from "./arbitraries.ts";

const RUNS = { numRuns: Number(process.env["TRANSLATION_RUNS"] ?? 100) };
const TARGET = { model: "m", maxTokens: 64_000, reasoning: true };

/** Nothing when the protocol cannot carry it, which it says. */
function written(provider: ProviderTranslator, request: ModelRequest): WrittenRequest | undefined {
  try {
    return provider.writeRequest(request, TARGET);
  } catch (error) {
    assert.ok(error instanceof AccessError && error.code === "bad_input", String(error));
    assert.match(error.message, /^(?:stop|messages|tool_choice|tools|response_format) /);
    return undefined;
  }
}

const partsOf = ({ messages }: ModelRequest): Part[] =>
  messages.flatMap(({ parts }): readonly Part[] => parts);

for (const [api, { provider }] of Object.entries(TRANSLATORS))
  test(`${api}: every text, image and call of a request is told`, () => {
    fc.assert(
      fc.property(requests, (request) => {
        const sent = written(provider, request);
        if (!sent) return;
        const body = JSON.stringify(sent.body);
        const told = (text: string) =>
          assert.ok(body.includes(JSON.stringify(text).slice(1, -1)), `${text} in ${body}`);
        for (const { text } of request.system) told(text);
        for (const part of partsOf(request)) {
          if (part.kind === "text") told(part.text);
          if (part.kind === "image") told(part.source.kind === "url" ? part.source.url : part.source.data);
          if (part.kind === "file" && part.source.kind === "base64") told(part.source.data);
          if (part.kind === "tool_call") told(part.name);
          if (part.kind === "tool_result")
            for (const inner of part.content) if (inner.kind === "text") told(inner.text);
          if (part.kind === "thinking")
            assert.ok(
              sent.dropped.includes("thinking") ||
                body.includes(part.signature!.value.split(":").at(-1)!) ||
                body.includes(JSON.stringify(part.text)),
            );
        }
        if (request.toolChoice !== "none") for (const { name } of request.tools) told(name);
      }),
      RUNS,
    );
  });

/** What a request asks for, apart from how it is cut into messages. */
function meaningOf(request: ModelRequest) {
  const parts = partsOf(request);
  const texts = (role: string) =>
    request.messages
      .flatMap((message): readonly Part[] => (message.role === role ? message.parts : []))
      .map((part) => (part.kind === "text" ? part.text : ""))
      .join("")
      .replaceAll(/\s/g, "");
  const images = parts
    .flatMap((part): readonly Part[] => (part.kind === "tool_result" ? part.content : [part]))
    .filter(({ kind }) => kind === "image");
  return {
    system: request.system
      .map(({ text }) => text)
      .join("")
      .replaceAll(/\s/g, ""),
    user: texts("user"),
    assistant: texts("assistant"),
    images: images.map((part) => JSON.stringify(part)).toSorted(),
    files: parts.filter(({ kind }) => kind === "file"),
    calls: parts.flatMap((part) =>
      part.kind === "tool_call" ? [[fittingId(part.id), part.name, argumentsObject(part.arguments)]] : [],
    ),
    results: parts
      .flatMap((part) =>
        part.kind === "tool_result"
          ? [
              [
                fittingId(part.callId),
                part.content
                  .map((each) => (each.kind === "text" ? each.text : ""))
                  .join("")
                  .replaceAll(/\s|The image follows\./g, ""),
              ],
            ]
          : [],
      )
      .toSorted(([one = ""], [other = ""]) => (one < other ? -1 : 1)),
    tools: request.tools.map(({ name, description, schema }) => [name, description, schema]),
  };
}

/** Settings, and under which name they are dropped. */
const SETTINGS = {
  maxTokens: "max_tokens",
  temperature: "temperature",
  topP: "top_p",
  topK: "top_k",
  presencePenalty: "presence_penalty",
  frequencyPenalty: "frequency_penalty",
  seed: "seed",
  reasoning: "reasoning_effort",
  format: "response_format",
  user: "user",
  cacheKey: "prompt_cache_key",
  verbosity: "verbosity",
} as const satisfies Partial<Record<keyof ModelRequest, string>>;

for (const [api, { provider, client }] of Object.entries(TRANSLATORS)) {
  if (!client) continue;
  test(`${api}: what is written reads as it was`, () => {
    fc.assert(
      fc.property(requests, (request) => {
        const sent = written(provider, request);
        if (!sent) return;
        const read = client.readRequest(JSON.parse(JSON.stringify(sent.body)));
        assert.deepEqual(meaningOf(read), meaningOf(request));
        for (const [field, name] of Object.entries(SETTINGS)) {
          const key = field as keyof typeof SETTINGS;
          if (request[key] === undefined || request[key] === 1) continue;
          assert.ok(read[key] !== undefined || sent.dropped.includes(name), `${name} is lost without a word`);
        }
        if (request.tools.length > 0) {
          assert.deepEqual(read.toolChoice ?? "auto", request.toolChoice ?? "auto");
          assert.equal(
            read.parallelTools ?? true,
            request.toolChoice === "none" && api === "anthropic-messages"
              ? true
              : (request.parallelTools ?? true),
          );
        }
        assert.deepEqual(read.stop, request.stop);
        assert.equal(read.stream, request.stream);
      }),
      RUNS,
    );
  });
}
