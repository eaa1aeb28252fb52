// From an attempt to the upstream call it makes: address, headers, body.
import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import { callHeaders, joinPath, pairsWithout, toSign } from "../../access/call-parts.ts";
import type { UpstreamCall } from "../../access/exchange.ts";
import type { Talk } from "../../access/cli-backends/sessions.ts";
import type { ExchangedTokens } from "../../access/exchanged.ts";
import type { LiveAgent } from "../../access/live-agent.ts";
import type { ProviderRoute } from "../../access/provider-route.ts";
import { routeVia } from "../../access/provider-route.ts";
import { configuredHeaders, credentialHeaders } from "../../access/request-auth.ts";
import type { AccessConfig } from "../../config/config.ts";
import type { AuthProfile } from "../../core/credential.ts";
import { AccessError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { parseObject } from "../../core/json.ts";
import type { Attempt } from "../../core/plan/walk.ts";
import type { Exchanged } from "../../oauth/exchange.ts";
import type { Secret } from "../../core/secret.ts";
import { usageHeadersOf } from "../../providers/usage/headers.ts";
import type { Environment } from "../../secrets/env.ts";
import type { ModelSpan } from "../../wire/splice-model.ts";
import { findModel, ModelSplicer } from "../../wire/splice-model.ts";
import { mayHoldForeign, withoutForeign } from "../../wire/translate/signature.ts";
import type { ProviderWire, Wire } from "../../wire/wire.ts";
import type { RequestBody } from "../body.ts";

/** What all attempts of one request share. */
export interface CallTemplate {
  readonly dispatcher: Pick<Dispatcher, "dispatch">;
  readonly wire: ProviderWire;
  /** below the base URL; the wire's own unless the client asked for a sub-resource */
  readonly endpoint: string;
  readonly clientHeaders: IncomingHttpHeaders;
  /** A stored conversation: programs go on with it in sessions of theirs. */
  readonly talk?: Talk | undefined;
  readonly env: Environment;
  /** tokens that calls carry instead of the stored ones */
  readonly exchanged: ExchangedTokens;
  readonly stream: boolean;
  /** The bytes for a model id. */
  readonly bodyFor: (model: string) => Buffer;
  readonly limits: Pick<AccessConfig["gateway"], "firstByteTimeoutMs" | "answerTimeoutMs" | "idleTimeoutMs">;
}

export function upstreamCall(
  template: CallTemplate,
  attempt: Attempt,
  live: LiveAgent,
  provider: ProviderRoute,
): UpstreamCall {
  const { profile } = attempt.candidate;
  const { limits } = template;
  const exchanged = template.exchanged.held(profile);
  const route = exchanged?.baseUrl === undefined ? provider : routeVia(provider, exchanged.baseUrl);
  const parts = partsFor(template, profile, live, { provider, route }, exchanged);
  const { path } = parts;
  const body = template.bodyFor(attempt.ref.model);
  const headers = template.stream
    ? ["accept", template.wire.framing?.accept ?? "text/event-stream", ...parts.headers]
    : parts.headers;
  return {
    dispatcher: template.dispatcher,
    origin: route.origin,
    path,
    headers: exchanged?.sign ? [...headers, ...exchanged.sign(toSign(route.origin, path, body))] : headers,
    body,
    wire: template.wire,
    provider: attempt.ref.provider,
    secrets: parts.secrets,
    stream: template.stream,
    usageHeaders: usageHeadersOf(attempt.ref.provider),
    firstByteTimeoutMs:
      route.timeoutMs ?? (template.stream ? limits.firstByteTimeoutMs : limits.answerTimeoutMs),
    answerTimeoutMs: route.timeoutMs ?? limits.answerTimeoutMs,
    idleTimeoutMs: route.timeoutMs ?? limits.idleTimeoutMs,
  };
}

/** What a profile's calls carry when the client adds no headers: the same every time. */
interface OwnParts {
  readonly wire: ProviderWire;
  readonly endpoint: string;
  /** of one config: another one may say otherwise */
  readonly provider: ProviderRoute;
  readonly path: string;
  readonly headers: readonly string[];
  /** all that must not come back in the words of an error */
  readonly secrets: readonly Secret[];
}
const OWN_PARTS = new WeakMap<AuthProfile | Exchanged, OwnParts>();

function partsFor(
  template: CallTemplate,
  profile: AuthProfile,
  live: LiveAgent,
  { provider, route }: { readonly provider: ProviderRoute; readonly route: ProviderRoute },
  exchanged: Exchanged | undefined,
): OwnParts {
  const { wire, endpoint, clientHeaders } = template;
  const client = wire.forwarded.filter((name) => clientHeaders[name] !== undefined);
  const known = client.length === 0 ? OWN_PARTS.get(exchanged ?? profile) : undefined;
  if (known?.wire === wire && known.endpoint === endpoint && known.provider === provider) return known;
  const secret = exchanged?.secret ?? live.view.secrets.get(profile.id);
  const configured = configuredHeaders(route, template.env);
  const own = configured.flatMap(([name, value]) => [name, value.reveal()]);
  const names = new Set(configured.map(([name]) => name));
  const credential = exchanged?.sign ? [] : credentialHeaders(route, profile, secret);
  const others = callHeaders(wire, credential, client, clientHeaders);
  const parts = {
    wire,
    endpoint,
    provider,
    path: joinPath(route.basePath, endpoint),
    headers: [...pairsWithout(others, names), ...own],
    secrets: [
      ...(secret ? [secret] : []),
      ...(exchanged?.further ?? []),
      ...configured.map(([, value]) => value),
    ],
  };
  if (client.length === 0) OWN_PARTS.set(exchanged ?? profile, parts);
  return parts;
}

/** The client's own bytes with the model id put in place; what was decoded of them is not kept. */
export function passThroughBody({ bytes, json }: RequestBody): (model: string) => Buffer {
  const own = mayHoldForeign(bytes) ? withoutForeign(json) : undefined;
  if (own) return (model) => encoded({ ...own, model });
  const span = findModel(bytes);
  const asked = json["model"];
  // A key written with escapes or given twice: only a decoded body is sure to name one model.
  if (!span || textAt(bytes, span) !== asked) return decodedAgain(bytes);
  const splicer = new ModelSplicer(bytes, span);
  return (model) => splicer.put(model);
}

/** Costs nothing until it is asked for. */
export const decodedAgain = (bytes: Buffer) => (model: string) =>
  encoded({ ...parseObject(bytes.toString()), model });

function textAt(bytes: Buffer, { start, end }: ModelSpan): string {
  const text = bytes.toString("utf8", start, end);
  return text.includes("\\") ? JSON.parse(text) : text.slice(1, -1);
}

export const agentBody = (wire: Wire, json: JsonObject) => (model: string) =>
  encoded(wire.agentRequest(json, model));

/** @throws AccessError `bad_input` */
function encoded(value: JsonObject): Buffer {
  try {
    return Buffer.from(JSON.stringify(value));
  } catch (cause) {
    // JSON.parse takes any depth, JSON.stringify does not.
    throw new AccessError("bad_input", "The body is nested too deeply.", { cause });
  }
}
