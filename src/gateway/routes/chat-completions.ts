// POST /v1/chat/completions
import { openaiCompletions } from "../../wire/openai-completions.ts";
import { serveModelCall } from "../model-call.ts";
import type { Route } from "../route.ts";

const DOOR = { wire: openaiCompletions, endpoint: openaiCompletions.endpoint };

export const chatCompletions: Route = {
  method: "POST",
  path: "/v1/chat/completions",
  wire: openaiCompletions,
  enabled: (config) => config.gateway.endpoints.chatCompletions,
  handle: (request, response, gateway) => serveModelCall(request, response, gateway, DOOR),
};
