// A model server on loopback that answers what a test tells it to, and remembers who asked.
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface ListServer {
  readonly url: string;
  /** `GET /path` with the credential it came with */
  readonly asked: string[];
  answer: Answer;
  close(): Promise<void>;
}

export const withJson =
  (body: unknown, status = 200): Answer =>
  (_request, response) =>
    void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

export async function listServer(answer: Answer): Promise<ListServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const key = request.headers.authorization ?? request.headers["x-api-key"] ?? "";
    asked.push(`${request.method} ${request.url} ${String(key)}`.trim());
    self.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const self: ListServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return self;
}
