// What the official SDKs make of a stream: their own accumulators, fed by bytes instead of a network.
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

/** The whole answer, as the client has it at the end. */
type SdkReader = (chunks: readonly Buffer[]) => Promise<any>;

const answering = (chunks: readonly Buffer[]) => async () =>
  new Response(
    new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new Uint8Array(chunk));
        controller.close();
      },
    }),
    { status: 200, headers: { "content-type": "text/event-stream" } },
  );

const openai = (chunks: readonly Buffer[]) =>
  new OpenAI({ apiKey: "fake", maxRetries: 0, fetch: answering(chunks) });

const HI = [{ role: "user" as const, content: "Hi" }];

export const SDK_READERS: Readonly<Record<string, SdkReader>> = {
  "openai-completions": (chunks) =>
    openai(chunks)
      .chat.completions.stream({ model: "m", messages: HI, stream_options: { include_usage: true } })
      .finalChatCompletion(),
  "openai-responses": (chunks) => openai(chunks).responses.stream({ model: "m", input: HI }).finalResponse(),
  "anthropic-messages": (chunks) =>
    new Anthropic({ apiKey: "fake", maxRetries: 0, fetch: answering(chunks) }).messages
      .stream({ model: "m", max_tokens: 9, messages: HI })
      .finalMessage(),
};
