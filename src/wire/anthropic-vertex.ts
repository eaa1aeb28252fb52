// Claude on Google's Vertex AI: Anthropic's messages, with the model in the path and the version in the body.
// Facts: Anthropic's public page on Vertex AI.
import { anthropicMessages } from "./anthropic-messages.ts";
import type { ProviderWire } from "./wire.ts";

export const anthropicVertex: ProviderWire = {
  ...anthropicMessages,
  api: "anthropic-vertex",
  endpoint: "/models",
  pathFor: (model, stream) =>
    `/models/${encodeURIComponent(model)}:${stream ? "streamRawPredict" : "rawPredict"}`,
  headers: {},
  like: { api: "anthropic-messages", fits: () => true },
  bodyOf: ({ model: _model, ...body }) => ({ anthropic_version: "vertex-2023-10-16", ...body }),
  ping: (model, maxTokens) => {
    const { model: _model, ...body } = anthropicMessages.ping(model, maxTokens);
    return { anthropic_version: "vertex-2023-10-16", ...body };
  },
};
