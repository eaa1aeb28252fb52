// POST /v1/chat/completions
import { openaiCompletions } from "../../wire/openai-completions.ts";
import type { Door } from "../calls/incoming-call.ts";
import { serveModelCall } from "../calls/model-call.ts";
import type { Route } from "../route.ts";

const DOOR: Door = {
  wire: openaiCompletions,
  endpoint: openaiCompletions.endpoint,
  bodyBytes: (config) => config.gateway.bodyBytes.chatCompletions,
};

export const chatCompletions: Route = {
  method: "POST",
  scope: "write",
  path: "/v1/chat/completions",
  wire: openaiCompletions,
  enabled: (config) => config.gateway.endpoints.chatCompletions,
  handle: (request, response, gateway, caller) =>
    serveModelCall({ request, response, gateway, caller }, DOOR),
};
