// POST /v1/messages/count_tokens
import { anthropicMessages } from "../../wire/anthropic-messages.ts";
import { serveModelCall } from "../calls/model-call.ts";
import type { Route } from "../route.ts";

const ENDPOINT = `${anthropicMessages.endpoint}/count_tokens`;

export const messagesCountTokens: Route = {
  method: "POST",
  scope: "write",
  path: "/v1/messages/count_tokens",
  wire: anthropicMessages,
  handle: (request, response, gateway, caller) =>
    serveModelCall({ request, response, gateway, caller }, { wire: anthropicMessages, endpoint: ENDPOINT }),
};
