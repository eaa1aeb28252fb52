// A server on loopback that answers as it is told, and keeps what it was asked: login servers that no library speaks.
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  /** without the query */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  /** the fields of a form or a JSON body */
  readonly fields: Readonly<Record<string, string>>;
}

/** An answer: a body with HTTP 200, a status with a body, or whatever is done with the response. */
export type Answer =
  | Readonly<Record<string, unknown>>
  | readonly [status: number, body: unknown]
  | ((response: ServerResponse) => void);

export interface ScriptedServer {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** what came for one path */
  to(path: string): Asked[];
  stop(): Promise<void>;
}

/** Answers each path by its function, which is told how often the path was asked before. */
export async function startScriptedServer(
  answers: Readonly<Record<string, (asked: Asked, before: number) => Answer | Promise<Answer>>>,
): Promise<ScriptedServer> {
  const asked: Asked[] = [];
  const to = (path: string) => asked.filter((each) => each.path === path);
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const path = new URL(request.url!, "http://fake").pathname;
    const each = { path, headers: request.headers, fields: fieldsIn(request, body) };
    const before = to(path).length;
    asked.push(each);
    reply(response, (await answers[path]?.(each, before)) ?? [404, { error: "not_here" }]);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    to,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function fieldsIn({ headers }: IncomingMessage, body: string): Record<string, string> {
  if (headers["content-type"]?.includes("json")) return JSON.parse(body) as Record<string, string>;
  return Object.fromEntries(new URLSearchParams(body));
}

function reply(response: ServerResponse, answer: Answer): void {
  if (typeof answer === "function") return answer(response);
  const [status, body] = Array.isArray(answer) ? (answer as [number, unknown]) : [200, answer];
  response.writeHead(status, { "content-type": "application/json" });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}
