// Which of the wanted models a request can go to: those that speak the client's protocol, and those that it can
// be translated for.
import type { ProviderRoute } from "../../access/provider-route.ts";
import { openAddress, routesTo } from "../../access/provider-route.ts";
import { isTranslatable, neutralRequest } from "../../access/translation.ts";
import type { Config } from "../../config/config.ts";
import { AccessError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import type { ModelRef } from "../../core/model-ref.ts";
import { formatModelRef } from "../../core/model-ref.ts";
import { isNative } from "../../wire/all.ts";
import type { ModelRequest } from "../../wire/translate/neutral.ts";
import type { Wire } from "../../wire/wire.ts";
import type { Gateway } from "../gateway.ts";

export interface Reach {
  readonly models: readonly ModelRef[];
  /** other protocols that take the request as it is */
  readonly asIs: readonly string[];
  /** for those of another protocol, if there are any */
  readonly request?: ModelRequest;
  /** None takes the client's own bytes. */
  readonly foreign?: true;
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
  const config = gateway.config();
  const known = STRAIGHT.get(wanted);
  if (known?.config === config && known.api === wire.api) return known.reach;
  const routes = wanted.map((ref) => routesTo(config, ref.provider, wire.api, gateway.env()));
  if (routes.every((each) => each.length === 1 && each[0]!.api === wire.api)) {
    const straight = { models: wanted, asIs: NONE };
    STRAIGHT.set(wanted, { config, api: wire.api, reach: straight });
    return straight;
  }
  const others = new Set(routes.flat().map(({ api }) => api));
  others.delete(wire.api);
  const asIs = whole ? [...others].filter((api) => isNative(wire.api, api, body)) : NONE;
  const isOwn = ({ api }: ProviderRoute) => api === wire.api || asIs.includes(api);
  const isReached = (route: ProviderRoute) => isOwn(route) || (whole && isTranslatable(wire.api, route.api));
  const models = wanted.filter((_, i) => routes[i]!.some(isReached));
  if (models.length === 0) throw outOfReach(wanted[0]!, routes[0]![0], wire, gateway);
  if (routes.every((each) => each.every(isOwn))) return { models, asIs };
  try {
    const request = neutralRequest(wire.api, body);
    return routes.flat().some(isOwn) ? { models, asIs, request } : { models, asIs, request, foreign: true };
  } catch (error) {
    const own = wanted.filter((_, i) => routes[i]!.some(isOwn));
    if (own.length > 0) return { models: own, asIs };
    throw error;
  }
}

const NONE: readonly string[] = [];

/** Where all models speak the client's protocol, the body does not matter: the same lists are asked for again. */
const STRAIGHT = new WeakMap<readonly ModelRef[], { config: Config; api: string; reach: Reach }>();

function outOfReach(
  first: ModelRef,
  route: ProviderRoute | undefined,
  wire: Wire,
  gateway: Gateway,
): AccessError {
  const open = openAddress(gateway.config(), first.provider, gateway.env());
  if (open !== undefined) return new AccessError("bad_input", open);
  const ref = formatModelRef(first);
  return new AccessError(
    "bad_input",
    route === undefined
      ? `Nothing is known of the provider of ${ref}. Add models.providers.${first.provider} with baseUrl and api to openclaw.json.`
      : `${ref} speaks ${route.api}, and this path speaks ${wire.api}. Call it through its own protocol.`,
  );
}
