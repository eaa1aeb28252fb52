// A login server with rotating refresh tokens that ends a login when a spent one comes back (RFC 9700 §4.14.2).
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface LoginServer {
  readonly url: string;
  /** refresh tokens that came, in order */
  readonly asked: readonly string[];
  /** whether a spent token came back: then every token of the login is dead */
  readonly dead: boolean;
  /** Answers this instead, once for each call that is left; `undefined`: as it should. */
  odd: ((response: ServerResponse) => void)[];
  /** Answers wait for it. */
  hold: Promise<void> | undefined;
  /** the access token that calls must carry */
  readonly access: string;
  stop(): Promise<void>;
}

/** The first refresh token is `fake-refresh-0`. */
export async function startLoginServer({ expiresIn = 3600 as unknown } = {}): Promise<LoginServer> {
  const asked: string[] = [];
  let generation = 0;
  let dead = false;
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const token = new URLSearchParams(body).get("refresh_token") ?? "";
    asked.push(token);
    await login.hold;
    const odd = login.odd.shift();
    if (odd) return odd(response);
    if (token !== `fake-refresh-${generation}`) dead = true;
    response.setHeader("content-type", "application/json");
    if (dead) return response.writeHead(400).end('{"error":"invalid_grant"}');
    generation++;
    const answer = { access_token: login.access, refresh_token: `fake-refresh-${generation}` };
    response.end(JSON.stringify({ ...answer, expires_in: expiresIn }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const login = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    asked,
    get dead() {
      return dead;
    },
    odd: [] as ((response: ServerResponse) => void)[],
    hold: undefined as Promise<void> | undefined,
    get access() {
      return `fake-access-${generation}`;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return login;
}
