// Between a client and a provider of another protocol: the request told anew, and the way back for the answer.
import type { Config } from "../config/config.ts";
import { AccessError } from "../core/errors.ts";
import type { ModelRef } from "../core/model-ref.ts";
import { findProvider } from "../providers/all.ts";
import { builtInModels } from "../providers/catalog.ts";
import { TRANSLATORS } from "../wire/translate/all.ts";
import type { ModelRequest } from "../wire/translate/neutral.ts";
import type { ProviderTranslator, RequestTarget } from "../wire/translate/translator.ts";
import type { ProviderRoute } from "./provider-route.ts";

/** The provider's side of a translation; `undefined` when its protocol cannot be translated. */
export const providerTranslator = (api: string): ProviderTranslator | undefined =>
  Object.hasOwn(TRANSLATORS, api) ? TRANSLATORS[api]!.provider : undefined;

/** Whether calls of a client that speaks `from` can go to a provider that speaks `to`. */
export const isTranslatable = (from: string, to: string): boolean =>
  TRANSLATORS[from]?.client !== undefined && providerTranslator(to) !== undefined;

/** What is known of a model, by its config and its reference: requests ask for the same few again and again. */
const TARGETS = new WeakMap<Config, WeakMap<ModelRef, RequestTarget>>();

export function targetFor(config: Config, ref: ModelRef, route: ProviderRoute): RequestTarget {
  const targets = TARGETS.get(config) ?? new WeakMap<ModelRef, RequestTarget>();
  TARGETS.set(config, targets);
  const target = targets.get(ref) ?? makeTarget(ref, route);
  targets.set(ref, target);
  return target;
}

/** What the config says of a model goes before what is built in. */
function makeTarget({ provider, model }: ModelRef, route: ProviderRoute): RequestTarget {
  const configured = route.models.find(({ id }) => id === model);
  const known = builtInModels(provider).find(({ id }) => id === model);
  const { capName, thinksAdaptively } = findProvider(provider) ?? {};
  const maxTokens = configured?.maxTokens ?? known?.maxTokens;
  const reasoning = typeof configured?.reasoning === "boolean" ? configured.reasoning : known?.reasoning;
  return {
    model,
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(capName ? { capName } : {}),
    ...(thinksAdaptively?.test(model) ? { adaptive: true } : {}),
  };
}

/** @throws AccessError `bad_input` naming what no other protocol can carry */
export function neutralRequest(api: string, body: Readonly<Record<string, unknown>>): ModelRequest {
  try {
    return TRANSLATORS[api]!.client!.readRequest(body);
  } catch (error) {
    // JSON.parse takes any depth, little else does.
    if (error instanceof RangeError) throw new AccessError("bad_input", "The body is nested too deeply.");
    throw error;
  }
}
