// Which of the wanted models a request can go to: those that speak the client's protocol, and those that it can
// be translated for.
import type { ProviderRoute } from "../access/provider-route.ts";
import { routeTo } from "../access/provider-route.ts";
import { isTranslatable, neutralRequest } from "../access/translation.ts";
import { AccessError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { ModelRef } from "../core/model-ref.ts";
import { formatModelRef } from "../core/model-ref.ts";
import type { ModelRequest } from "../wire/translate/neutral.ts";
import type { Wire } from "../wire/wire.ts";
import type { Gateway } from "./gateway.ts";

export interface Reach {
  readonly models: readonly ModelRef[];
  /** for those of another protocol, if there are any */
  readonly request?: ModelRequest;
}

/**
 * @param whole not a sub-resource, which only its own protocol has
 * @throws AccessError `bad_input` when no model is left, with what keeps the first one away
 */
export function reach(
  wanted: readonly ModelRef[],
  wire: Wire,
  whole: boolean,
  body: JsonObject,
  gateway: Gateway,
): Reach {
  const routes = wanted.map((ref) => routeTo(gateway.config(), ref.provider));
  const isOwn = (route: ProviderRoute | undefined) => route?.api === wire.api;
  const own = wanted.filter((_, i) => isOwn(routes[i]));
  if (own.length === wanted.length) return { models: own };
  const models = wanted.filter(
    (_, i) => isOwn(routes[i]) || (whole && routes[i] && isTranslatable(wire.api, routes[i].api)),
  );
  if (models.length === 0) throw outOfReach(wanted[0]!, routes[0], wire);
  if (models.length === own.length) return { models };
  try {
    return { models, request: neutralRequest(wire.api, body) };
  } catch (error) {
    if (own.length > 0) return { models: own };
    throw error;
  }
}

function outOfReach(first: ModelRef, route: ProviderRoute | undefined, wire: Wire): AccessError {
  const ref = formatModelRef(first);
  return new AccessError(
    "bad_input",
    route === undefined
      ? `Nothing is known of the provider of ${ref}. Add models.providers.${first.provider} with baseUrl and api to openclaw.json.`
      : `${ref} speaks ${route.api}, and this path speaks ${wire.api}. Call it through its own protocol.`,
  );
}
