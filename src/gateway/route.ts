// The shape of a route. One file per path in routes/, listed in routes.ts.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Config } from "../config/config.ts";
import type { Wire } from "../wire/wire.ts";
import type { Caller, Scope } from "./guard/caller.ts";
import type { Gateway } from "./gateway.ts";

export interface Route {
  readonly method: "GET" | "POST";
  /** exact, or a prefix when it ends with a slash */
  readonly path: string;
  /** answered without the gateway's secret */
  readonly open?: boolean;
  /** What the caller must be allowed; `admin` unless given, which no client key is. */
  readonly scope?: Scope;
  /** one line for `/openapi.json` */
  readonly summary?: string;
  /** the protocol in which errors are told; OpenAI's unless given */
  readonly wire?: Wire;
  /** switched off in openclaw.json: the path does not exist then */
  readonly enabled?: (config: Config) => boolean;
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    gateway: Gateway,
    caller: Caller,
  ): void | Promise<void>;
}
