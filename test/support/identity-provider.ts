// A real identity provider (`oidc-provider`) on loopback: a public client with PKCE, refresh tokens that rotate
// and whose reuse ends the grant, the device flow, userinfo with an e-mail address. `approve` is the person in
// the browser, driven by plain fetch.
import { hash } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TokenContext } from "oidc-provider";
import { Provider } from "oidc-provider";
import { Browser } from "./browser.ts";
import type { Lifetimes } from "./identity-settings.ts";
import { CLIENT_ID, configuration, SCOPES } from "./identity-settings.ts";

export interface IdentityProvider {
  readonly url: string;
  /** what `oauth.<provider>` of access.json wants */
  readonly settings: {
    readonly authorizeUrl: string;
    readonly tokenUrl: string;
    readonly deviceUrl: string;
    readonly userinfoUrl: string;
    readonly clientId: string;
    readonly scopes: readonly string[];
  };
  /** of answers from now on */
  readonly lifetimes: Lifetimes;
  readonly counts: {
    /** codes that became tokens */
    codes: number;
    /** device codes that became tokens */
    devices: number;
    /** refreshes that were answered with tokens */
    refreshes: number;
    /** requests to the token endpoint that were refused, also pending device codes */
    refused: number;
    /** grants that ended because something spent came back */
    killedGrants: number;
  };
  /** The person who logs in as `email` says yes; the address of the callback, which is not opened. */
  approve(authorizeUrl: string, email?: string): Promise<URL>;
  /** The person says no: the callback carries `error=access_denied`. */
  deny(authorizeUrl: string): Promise<URL>;
  /** The person types the code of a device and says yes. */
  approveDevice(userCode: string, email?: string): Promise<void>;
  /** The person types the code of a device and says no. */
  denyDevice(userCode: string): Promise<void>;
  /** A login made by the whole flow, for tests that begin with one. */
  login(email?: string): Promise<{ readonly access: string; readonly refresh: string }>;
  stop(): Promise<void>;
}

const EMAIL = "ada@example.com";

export async function startIdentityProvider(lifetimes: Partial<Lifetimes> = {}): Promise<IdentityProvider> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const idp = new LoopbackProvider(url, lifetimes);
  server.on("request", (request, response) => void idp.serve(request, response));
  idp.stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return idp;
}

class LoopbackProvider implements IdentityProvider {
  readonly url: string;
  readonly settings: IdentityProvider["settings"];
  readonly counts = { codes: 0, devices: 0, refreshes: 0, refused: 0, killedGrants: 0 };
  readonly lifetimes: Lifetimes = {
    accessSeconds: 3600,
    refreshSeconds: 86_400,
    codeSeconds: 60,
    deviceSeconds: 600,
  };
  stop = async () => {};
  readonly #provider: Provider;
  readonly #handle: ReturnType<Provider["callback"]>;

  constructor(url: string, lifetimes: Partial<Lifetimes>) {
    this.url = url;
    Object.assign(this.lifetimes, lifetimes);
    this.settings = {
      authorizeUrl: `${url}/auth`,
      tokenUrl: `${url}/token`,
      deviceUrl: `${url}/device/auth`,
      userinfoUrl: `${url}/me`,
      clientId: CLIENT_ID,
      scopes: SCOPES,
    };
    this.#provider = new Provider(url, configuration(this.lifetimes));
    this.#handle = this.#provider.callback();
    this.#count();
  }

  #count(): void {
    this.#provider.on("grant.success", ({ oidc }: TokenContext) => {
      const grant = String(oidc.params["grant_type"]);
      if (grant === "refresh_token") this.counts.refreshes++;
      else if (grant === "authorization_code") this.counts.codes++;
      else this.counts.devices++;
    });
    this.#provider.on("grant.error", () => this.counts.refused++);
    this.#provider.on("grant.revoked", () => this.counts.killedGrants++);
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!request.url?.startsWith("/interaction/")) return await this.#handle(request, response);
    try {
      await this.#answerInteraction(request, response);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  }

  /** `?as=` the address that logs in, `?no` refuses. */
  async #answerInteraction(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { searchParams } = new URL(request.url!, this.url);
    const { prompt, params, session, grantId } = await this.#provider.interactionDetails(request, response);
    const merge = { mergeWithLastSubmission: true };
    if (searchParams.has("no")) {
      const result = { error: "access_denied", error_description: "The person said no." };
      return await this.#provider.interactionFinished(request, response, result, merge);
    }
    if (prompt.name === "login") {
      const login = { accountId: searchParams.get("as") ?? EMAIL };
      return await this.#provider.interactionFinished(request, response, { login }, merge);
    }
    const result = { consent: { grantId: grantId ?? (await this.#grant(session!.accountId, params)) } };
    await this.#provider.interactionFinished(request, response, result, merge);
  }

  async #grant(accountId: string, params: Readonly<Record<string, unknown>>): Promise<string> {
    const grant = new this.#provider.Grant({ accountId, clientId: String(params["client_id"]) });
    grant.addOIDCScope(SCOPES.join(" "));
    return await grant.save();
  }

  async approve(authorizeUrl: string, email = EMAIL): Promise<URL> {
    return await new Browser(this.url, `as=${encodeURIComponent(email)}`).follow(authorizeUrl);
  }

  async deny(authorizeUrl: string): Promise<URL> {
    return await new Browser(this.url, "no").follow(authorizeUrl);
  }

  async approveDevice(userCode: string, email = EMAIL): Promise<void> {
    const person = new Browser(this.url, `as=${encodeURIComponent(email)}`);
    await person.enterDeviceCode(userCode, "confirm");
  }

  async denyDevice(userCode: string): Promise<void> {
    await new Browser(this.url, "no").enterDeviceCode(userCode, "abort");
  }

  async login(email = EMAIL): Promise<{ access: string; refresh: string }> {
    const redirect = "http://127.0.0.1/callback";
    const common = { client_id: CLIENT_ID, redirect_uri: redirect };
    const ask = { ...common, response_type: "code", scope: SCOPES.join(" "), code_challenge_method: "S256" };
    const code = await this.approve(
      `${this.settings.authorizeUrl}?${new URLSearchParams({ ...ask, code_challenge: CHALLENGE })}`,
      email,
    );
    const grant = { ...common, grant_type: "authorization_code", code_verifier: VERIFIER };
    const answer = await fetch(this.settings.tokenUrl, {
      method: "POST",
      body: new URLSearchParams({ ...grant, code: code.searchParams.get("code") ?? "" }),
    });
    const tokens = (await answer.json()) as Record<string, string>;
    return { access: tokens["access_token"]!, refresh: tokens["refresh_token"]! };
  }
}

/** The example of RFC 7636, appendix B. */
const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE = hash("sha256", VERIFIER, "base64url");
