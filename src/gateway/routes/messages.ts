// POST /v1/messages
import { anthropicMessages } from "../../wire/anthropic-messages.ts";
import { serveModelCall } from "../calls/model-call.ts";
import type { Route } from "../route.ts";

const DOOR = { wire: anthropicMessages, endpoint: anthropicMessages.endpoint };

export const messages: Route = {
  method: "POST",
  scope: "write",
  path: "/v1/messages",
  wire: anthropicMessages,
  handle: (request, response, gateway, caller) =>
    serveModelCall({ request, response, gateway, caller }, DOOR),
};
