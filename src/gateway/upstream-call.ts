// From an attempt to the upstream call it makes: address, headers, body.
import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import type { UpstreamCall } from "../access/exchange.ts";
import type { LiveAgent } from "../access/live-agents.ts";
import type { ProviderRoute } from "../access/provider-route.ts";
import { credentialHeaders } from "../access/request-auth.ts";
import type { AccessConfig } from "../config/config.ts";
import type { AuthProfile } from "../core/credential.ts";
import type { Attempt } from "../core/plan.ts";
import { parseObject } from "../wire/json.ts";
import { findModel, ModelSplicer } from "../wire/splice-model.ts";
import type { JsonObject, Wire } from "../wire/wire.ts";
import type { RequestBody } from "./body.ts";

/** What all attempts of one request share. */
export interface CallTemplate {
  readonly dispatcher: Dispatcher;
  readonly wire: Wire;
  /** below the base URL; the wire's own unless the client asked for a sub-resource */
  readonly endpoint: string;
  readonly clientHeaders: IncomingHttpHeaders;
  readonly stream: boolean;
  /** The bytes for a model id. */
  readonly bodyFor: (model: string) => Buffer;
  readonly limits: Pick<AccessConfig["gateway"], "firstByteTimeoutMs" | "answerTimeoutMs" | "idleTimeoutMs">;
}

export function upstreamCall(
  template: CallTemplate,
  attempt: Attempt,
  live: LiveAgent,
  route: ProviderRoute,
): UpstreamCall {
  const { profile } = attempt.candidate;
  const { limits } = template;
  return {
    dispatcher: template.dispatcher,
    origin: route.origin,
    path: joinPath(route.basePath, template.endpoint),
    headers: headersFor(template, profile, live, route),
    body: template.bodyFor(attempt.ref.model),
    wire: template.wire,
    provider: attempt.ref.provider,
    stream: template.stream,
    firstByteTimeoutMs:
      route.timeoutMs ?? (template.stream ? limits.firstByteTimeoutMs : limits.answerTimeoutMs),
    idleTimeoutMs: route.timeoutMs ?? limits.idleTimeoutMs,
  };
}

/** A base URL that already ends in the wire's version does not get it twice. */
function joinPath(base: string, endpoint: string): string {
  const version = /\/v\d+$/.exec(base)?.[0];
  return base + (version && endpoint.startsWith(`${version}/`) ? endpoint.slice(version.length) : endpoint);
}

/** Lists of features: the provider's own and the client's are both wanted. */
const JOINED = new Set(["anthropic-beta", "openai-beta"]);

/** Headers of calls to which the client adds none: the same for every call of a profile. */
const OWN_HEADERS = new WeakMap<AuthProfile, { json: readonly string[]; stream: readonly string[] }>();

function headersFor(template: CallTemplate, profile: AuthProfile, live: LiveAgent, route: ProviderRoute) {
  const { wire, clientHeaders, stream } = template;
  const client = wire.forwarded.filter((name) => clientHeaders[name] !== undefined);
  const known = client.length === 0 ? OWN_HEADERS.get(profile) : undefined;
  if (known) return stream ? known.stream : known.json;
  const credential = credentialHeaders(route, profile, live.view.secrets.get(profile.id));
  const json = callHeaders(wire, credential, client, clientHeaders);
  const both = { json, stream: ["accept", "text/event-stream", ...json] };
  if (client.length === 0) OWN_HEADERS.set(profile, both);
  return stream ? both.stream : both.json;
}

function callHeaders(
  wire: Wire,
  credential: readonly string[],
  client: readonly string[],
  sent: IncomingHttpHeaders,
) {
  const headers = ["content-type", "application/json", "accept-encoding", "identity"];
  for (let i = 0; i < credential.length; i += 2) {
    const name = credential[i]!;
    if (!client.includes(name)) headers.push(name, credential[i + 1]!);
    else if (JOINED.has(name)) headers.push(name, `${credential[i + 1]},${String(sent[name])}`);
  }
  for (const name of client)
    if (!(JOINED.has(name) && credential.includes(name))) headers.push(name, String(sent[name]));
  for (const [name, value] of Object.entries(wire.headers)) {
    if (!client.includes(name) && !credential.includes(name)) headers.push(name, value);
  }
  return headers;
}

/** The client's own bytes with the model id put in place; what was decoded of them is not kept. */
export function passThroughBody({ bytes, json }: RequestBody): (model: string) => Buffer {
  const span = findModel(bytes);
  const asked = json["model"];
  // A key written with escapes or given twice: only a decoded body is sure to name one model.
  if (!span || JSON.parse(bytes.toString("utf8", span.start, span.end)) !== asked) {
    return (model) => Buffer.from(JSON.stringify({ ...parseObject(bytes.toString()), model }));
  }
  const splicer = new ModelSplicer(bytes, span);
  return (model) => splicer.put(model);
}

export const agentBody = (wire: Wire, json: JsonObject) => (model: string) =>
  Buffer.from(JSON.stringify(wire.agentRequest(json, model)));
