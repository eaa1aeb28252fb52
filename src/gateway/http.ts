// From a request to its route: guard, look-up, and an answer in JSON whatever happens.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { Secret } from "../core/secret.ts";
import { openaiCompletions } from "../wire/openai-completions.ts";
import type { Caller } from "./guard/caller.ts";
import { mayDo, OPERATOR, outOfScope } from "./guard/caller.ts";
import type { Gateway } from "./gateway.ts";
import type { GuardSettings } from "./guard/guard.ts";
import { authenticate, checkOrigin, presentedSecret } from "./guard/guard.ts";
import type { TimedRefusal } from "./calls/refusals.ts";
import { refusalOf, replyRefusal } from "./reply.ts";
import type { Route } from "./route.ts";
import { ROUTES } from "./routes.ts";

/** What requests that come now are handed; replaced when the settings change. */
export interface Current {
  gateway: Gateway;
  guard: GuardSettings;
}

const EXACT = new Map(ROUTES.filter(({ path }) => !path.endsWith("/")).map((route) => [route.path, route]));
const PREFIXES = ROUTES.filter(({ path }) => path.endsWith("/"));

/** @param current asked at every request */
export function requestListener(current: Current): RequestListener {
  return (request, response) => {
    const { gateway, guard } = current;
    const route = routeOf(request.url ?? "/");
    if (answerCrossOrigin(request, response, route, guard)) return;
    const caller = callerOf(request, route, gateway, guard);
    if ("status" in caller) return refuse(request, response, route, caller);
    serve(request, response, route!, gateway, caller);
  };
}

/** Tells a page of an allowed origin that it may read the answer; `true` when it only asked whether it may ask. */
function answerCrossOrigin(
  request: IncomingMessage,
  response: ServerResponse,
  route: Route | undefined,
  guard: GuardSettings,
): boolean {
  const { origin } = request.headers;
  if (origin === undefined || checkOrigin(request, guard)) return false;
  response.setHeader("access-control-allow-origin", origin);
  response.setHeader("access-control-expose-headers", "*");
  response.setHeader("vary", "origin");
  if (request.method !== "OPTIONS" || !route) return false;
  response.setHeader("access-control-allow-methods", route.method);
  response.setHeader(
    "access-control-allow-headers",
    request.headers["access-control-request-headers"] ?? "*",
  );
  response.setHeader("access-control-max-age", "600");
  response.writeHead(204).end();
  return true;
}

/** What is no HTTP at all gets an answer too, as far as the connection can carry one. */
export function answerMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === "ECONNRESET" || /^ERR_(?:SSL|TLS)/.test(error.code ?? ""))
    return void socket.destroy();
  const large = error.code === "HPE_HEADER_OVERFLOW";
  const message = large ? "The headers are larger than 16 KB." : "This is not a valid HTTP request.";
  const body = JSON.stringify(
    openaiCompletions.errorBody({ status: 400, type: "invalid_request_error", message }),
  );
  const head = `HTTP/1.1 ${large ? "431 Request Header Fields Too Large" : "400 Bad Request"}`;
  const length = `content-length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\ncontent-type: application/json\r\n${length}\r\nconnection: close\r\n\r\n${body}`);
}

function routeOf(url: string): Route | undefined {
  return EXACT.get(url) ?? routeOfPath(url.split("?", 1)[0]!);
}

const routeOfPath = (path: string): Route | undefined =>
  EXACT.get(path) ?? PREFIXES.find((route) => path.startsWith(route.path) && path !== route.path);

function callerOf(
  request: IncomingMessage,
  route: Route | undefined,
  gateway: Gateway,
  guard: GuardSettings,
): Caller | TimedRefusal {
  const stranger = checkOrigin(request, guard);
  if (stranger) return stranger;
  const caller = route?.open ? OPERATOR : authenticate(request, guard, gateway);
  if ("status" in caller) return caller;
  if (!route || route.enabled?.(gateway.config()) === false) return notFound(request);
  const head = request.method === "HEAD" && route.method === "GET";
  if (request.method !== route.method && !head) return wrongMethod(route);
  const { scope = "admin" } = route;
  return route.open || mayDo(caller, scope) ? caller : outOfScope(scope);
}

function serve(
  request: IncomingMessage,
  response: ServerResponse,
  route: Route,
  gateway: Gateway,
  caller: Caller,
): void {
  const fail = (error: unknown) => {
    const refusal = refusalOf(error);
    if (refusal.status === 500) gateway.log.error(error, `${request.method} ${route.path} failed`);
    if (response.headersSent) response.destroy();
    else refuse(request, response, route, refusal);
  };
  try {
    route.handle(request, response, gateway, caller)?.catch(fail);
  } catch (error) {
    fail(error);
  }
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  route: Route | undefined,
  refusal: TimedRefusal,
): void {
  const wire = route?.wire ?? openaiCompletions;
  const headers = refusal.status === 405 ? ["allow", route!.method] : [];
  // A body that nobody will read would keep the connection busy.
  const unread = !request.complete;
  replyRefusal(
    response,
    wire,
    withoutProof(refusal, request),
    unread ? [...headers, "connection", "close"] : headers,
  );
  if (unread) request.resume();
}

/** Longer ones are no secret that anybody has. */
const LONGEST_PROOF = 1024;

/** A client that also put its secret where a path or a model belongs is not told it again: answers end up in logs. */
function withoutProof(refusal: TimedRefusal, request: IncomingMessage): TimedRefusal {
  const shown = presentedSecret(request);
  if (shown === undefined || shown.length > LONGEST_PROOF) return refusal;
  return { ...refusal, message: new Secret(shown).hideIn(refusal.message) };
}

const notFound = (request: IncomingMessage): TimedRefusal => ({
  status: 404,
  type: "invalid_request_error",
  message: `There is no ${request.method} ${(request.url ?? "/").split("?")[0]!.slice(0, 200)} here.`,
});

const wrongMethod = (route: Route): TimedRefusal => ({
  status: 405,
  type: "invalid_request_error",
  message: `${route.path} takes ${route.method} only.`,
});
