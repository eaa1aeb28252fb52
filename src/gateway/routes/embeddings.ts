// POST /v1/embeddings: to providers that speak OpenAI's protocol, bytes through.
import { openaiCompletions } from "../../wire/openai-completions.ts";
import { serveModelCall } from "../calls/model-call.ts";
import type { Route } from "../route.ts";

const DOOR = {
  wire: openaiCompletions,
  endpoint: "/embeddings",
  agentless:
    "An agent has no model for embeddings. Name one as model: provider/model, or in the header x-openclaw-model.",
};

export const embeddings: Route = {
  method: "POST",
  scope: "write",
  path: "/v1/embeddings",
  wire: openaiCompletions,
  enabled: (config) => config.gateway.endpoints.chatCompletions,
  handle: (request, response, gateway, caller) =>
    serveModelCall({ request, response, gateway, caller }, DOOR),
};
