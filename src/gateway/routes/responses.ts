// POST /v1/responses
import { openaiResponses } from "../../wire/openai-responses.ts";
import type { Door } from "../calls/incoming-call.ts";
import { serveModelCall } from "../calls/model-call.ts";
import type { Route } from "../route.ts";

const DOOR: Door = {
  wire: openaiResponses,
  endpoint: openaiResponses.endpoint,
  bodyBytes: (config) => config.gateway.bodyBytes.responses,
};

export const responses: Route = {
  method: "POST",
  scope: "write",
  path: "/v1/responses",
  wire: openaiResponses,
  enabled: (config) => config.gateway.endpoints.responses,
  handle: (request, response, gateway, caller) =>
    serveModelCall({ request, response, gateway, caller }, DOOR),
};
