// A real identity provider (oidc-provider: rotation, reuse of a spent token ends the whole grant) on loopback, and a
// journal of what its token endpoint was asked: the judge of the refresh soaks. Logins are made without a browser.
import { once } from "node:events";
import type { RequestListener, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { Provider } from "oidc-provider";
import { CLIENT_ID, configuration, SCOPES } from "../support/identity-settings.ts";
import type { GrantStore } from "./grant-store.ts";
import { grantStore } from "./grant-store.ts";
import { machineTime } from "./random.ts";

export const LIFETIME_MS = 3_600_000;

/** One question to the token endpoint, filled as it goes on. */
export interface Asked {
  /** the refresh token that came */
  spent?: string;
  status?: number;
  /** tokens given */
  access?: string;
  refresh?: string;
  /** by `machineTime`: the last byte of the answer left */
  answeredAt?: number;
}

export interface FreshLogin {
  readonly grantId: string;
  readonly access: string;
  readonly refresh: string;
}

export interface TokenIssuer {
  readonly tokenUrl: string;
  readonly asked: readonly Asked[];
  /** Called when a question has come in, before it is decided. */
  onAsked: () => void;
  login(): Promise<FreshLogin>;
  /** Whether the grant behind a login lives: reuse of a spent token ends it. */
  lives(grantId: string): boolean;
  /** Drops what is kept of a grant, so that thousands of trials stay small. */
  forget(grantId: string): void;
  stop(): Promise<void>;
}

export interface IssuerOptions {
  /** A spent token that comes back sooner than this is answered as if it were not spent. */
  readonly graceMs?: number;
  /** How long the token endpoint thinks before it decides, and then before it answers. */
  readonly delay?: () => { readonly beforeMs: number; readonly afterMs: number };
}

export async function startTokenIssuer({ graceMs = 0, delay }: IssuerOptions = {}): Promise<TokenIssuer> {
  const grants = grantStore(graceMs);
  const asked: Asked[] = [];
  let listener: RequestListener = (_, response) => response.writeHead(503).end();
  const server = createServer((request, response) => listener(request, response));
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = openProvider(url, grants);
  const issuer: TokenIssuer = {
    tokenUrl: `${url}/token`,
    asked,
    onAsked: () => undefined,
    login: () => logIn(provider),
    lives: grants.lives,
    forget: grants.forget,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  provider.use(journal(issuer, asked, delay));
  listener = provider.callback();
  return issuer;
}

/** The parts of oidc-provider that are used here besides those that are typed. */
interface OidcProvider {
  use(middleware: (context: Context, next: () => Promise<void>) => Promise<void>): void;
  readonly callback: () => RequestListener;
  readonly Client: { find(id: string): Promise<unknown> };
  readonly Grant: new (fields: object) => { addOIDCScope(scope: string): void; save(): Promise<string> };
  readonly RefreshToken: new (fields: object) => { save(): Promise<string> };
  readonly AccessToken: new (fields: object) => { save(): Promise<string> };
}

interface Context {
  readonly path: string;
  readonly status: number;
  readonly body?: { readonly access_token?: string; readonly refresh_token?: string };
  readonly res: ServerResponse;
  readonly oidc?: { readonly params?: { readonly refresh_token?: string } };
}

function openProvider(url: string, grants: GrantStore): OidcProvider {
  const lifetimes = { accessSeconds: LIFETIME_MS / 1000, refreshSeconds: 30 * 86_400 };
  const settings = configuration({ ...lifetimes, codeSeconds: 60, deviceSeconds: 60 });
  return new Provider(url, { ...settings, adapter: grants.adapter }) as unknown as OidcProvider;
}

const journal =
  (issuer: TokenIssuer, asked: Asked[], delay: IssuerOptions["delay"]) =>
  async (context: Context, next: () => Promise<void>): Promise<void> => {
    if (context.path !== "/token") return next();
    const entry: Asked = {};
    asked.push(entry);
    issuer.onAsked();
    context.res.once("finish", () => (entry.answeredAt = machineTime()));
    const wait = delay?.() ?? { beforeMs: 0, afterMs: 0 };
    if (wait.beforeMs > 0) await pause(wait.beforeMs);
    await next();
    const { access_token: access, refresh_token: refresh } = context.body ?? {};
    const spent = context.oidc?.params?.refresh_token;
    Object.assign(entry, { spent, status: context.status, ...(access ? { access, refresh } : {}) });
    if (wait.afterMs > 0) await pause(wait.afterMs);
  };

async function logIn(provider: OidcProvider): Promise<FreshLogin> {
  const client = await provider.Client.find(CLIENT_ID);
  const accountId = "ada";
  const grant = new provider.Grant({ accountId, clientId: CLIENT_ID });
  grant.addOIDCScope(SCOPES.join(" "));
  const grantId = await grant.save();
  const fields = { accountId, client, grantId, gty: "authorization_code", scope: SCOPES.join(" ") };
  const refresh = await new provider.RefreshToken(fields).save();
  const access = await new provider.AccessToken(fields).save();
  return { grantId, access, refresh };
}
