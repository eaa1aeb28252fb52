// The description of the gateway for tools: OpenAPI 3.1, as far as a list of routes tells it. Bodies are those of the
// protocols, which their owners describe.
import type { Route } from "./route.ts";

const PROTOCOLS: Readonly<Record<string, string>> = {
  "openai-completions": "https://platform.openai.com/docs/api-reference/chat",
  "openai-responses": "https://platform.openai.com/docs/api-reference/responses",
  "openai-embeddings": "https://platform.openai.com/docs/api-reference/embeddings",
  "anthropic-messages": "https://docs.anthropic.com/en/api/messages",
};

const OBJECT = { "application/json": { schema: { type: "object" } } };
const REFUSED = { description: "Refused, in the protocol of the path, with what to do", content: OBJECT };

export function openApiOf(routes: readonly Route[]): object {
  return {
    openapi: "3.1.0",
    info: { title: "OpenClaw gateway", version: "1", description: "Model calls, put on the right account." },
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        apiKey: { type: "apiKey", in: "header", name: "x-api-key" },
      },
    },
    security: [{ bearer: [] }, { apiKey: [] }],
    paths: Object.fromEntries(
      routes.map((route) => [pathOf(route), { [route.method.toLowerCase()]: operationOf(route) }]),
    ),
  };
}

/** A prefix takes one more part. */
const pathOf = ({ path }: Route): string => (path.endsWith("/") ? `${path}{id}` : path);

function operationOf(route: Route): object {
  const { path, method, open, wire, summary } = route;
  const docs = wire && PROTOCOLS[wire.api];
  const parameters = path.endsWith("/")
    ? [{ name: "id", in: "path", required: true, schema: { type: "string" } }]
    : [];
  return {
    operationId: `${method.toLowerCase()}${path.replaceAll(/[^a-z0-9]+/gi, "_")}`,
    ...(summary === undefined ? {} : { summary }),
    ...(open ? { security: [] } : {}),
    ...(docs === undefined ? {} : { externalDocs: { url: docs } }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(method === "POST" ? { requestBody: { required: true, content: OBJECT } } : {}),
    responses: { 200: { description: "Served" }, ...(open ? {} : { 401: REFUSED }), default: REFUSED },
  };
}
