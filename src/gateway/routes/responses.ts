// POST /v1/responses
import { openaiResponses } from "../../wire/openai-responses.ts";
import { serveModelCall } from "../model-call.ts";
import type { Route } from "../route.ts";

const DOOR = { wire: openaiResponses, endpoint: openaiResponses.endpoint };

export const responses: Route = {
  method: "POST",
  scope: "write",
  path: "/v1/responses",
  wire: openaiResponses,
  enabled: (config) => config.gateway.endpoints.responses,
  handle: (request, response, gateway, caller) =>
    serveModelCall({ request, response, gateway, caller }, DOOR),
};
