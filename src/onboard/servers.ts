// Servers of models as sources: local ones that want no key, and the person's own, by their address.
import { recommendedEdits } from "../access/login/recommended.ts";
import type { Config } from "../config/config.ts";
import type { Credential, SecretRef } from "../core/credential.ts";
import { AccessError } from "../core/errors.ts";
import type { ProviderId } from "../core/ids.ts";
import { findProvider } from "../providers/all.ts";
import type { Provider } from "../providers/provider.ts";
import type { Source } from "./source.ts";
import { keyCredential } from "./sources.ts";

export interface ServerAt {
  /** where it is not at its usual address */
  readonly baseUrl?: string | undefined;
  /** most want none */
  readonly key?: string | undefined;
}

/** @throws AccessError `bad_input` for what can be no key */
export function fromServer(provider: Provider, model: string, { baseUrl, key }: ServerAt = {}): Source {
  const profileId = `${provider.id}:default`;
  const ref = `${provider.id}/${model}`;
  const place = ["models", "providers", provider.id];
  return {
    label: `${provider.label}, ${model}`,
    provider: provider.id,
    ref,
    ...(key ? { login: { profileId, credential: keyCredential(provider.id, key) } } : {}),
    edits: (config, isMain) => [
      ...(baseUrl === undefined || baseUrl === config.providers.get(provider.id)?.baseUrl
        ? []
        : config.providers.has(provider.id)
          ? [{ path: [...place, "baseUrl"], value: baseUrl }]
          : [{ path: place, value: { baseUrl, api: provider.api, models: [{ id: model, name: model }] } }]),
      ...recommended(config, provider, model, isMain),
    ],
  };
}

const recommended = (config: Config, provider: Provider, model: string, setDefault: boolean) =>
  recommendedEdits(config, {
    provider: {
      id: provider.id,
      label: provider.label,
      api: provider.api,
      env: [],
      catalog: "runtime",
      defaultModel: model,
    },
    login: { id: "api-key", kind: "api_key", label: provider.label },
    model: undefined,
    setDefault,
  });

/** `--custom-compatibility`, and the wire that it means. */
export const COMPATIBILITY = {
  openai: "openai-completions",
  "openai-responses": "openai-responses",
  anthropic: "anthropic-messages",
} as const;

export interface CustomServer {
  readonly baseUrl: string;
  readonly model: string;
  readonly compatibility: keyof typeof COMPATIBILITY;
  /** made of the address when left out */
  readonly id?: string | undefined;
  readonly key?: { readonly value: string } | { readonly ref: SecretRef } | undefined;
  readonly images: boolean;
}

/** @throws AccessError `bad_input` for an address that is none, or an id that is taken */
export function fromCustom(server: CustomServer): Source {
  const { baseUrl, model, compatibility, key, images } = server;
  const url = URL.parse(baseUrl.trim());
  if (!url || !/^https?:$/.test(url.protocol))
    throw new AccessError("bad_input", `"${baseUrl}" is no address. Use https://host/v1, say.`);
  if (url.username || url.password)
    throw new AccessError("bad_input", "The address holds a password. Give it as --custom-api-key instead.");
  if (model.trim() === "")
    throw new AccessError("bad_input", "Which model does it serve? Say --custom-model-id.");
  const id = customId(server.id ?? `custom-${url.host}`);
  const api = COMPATIBILITY[compatibility];
  const credential =
    key &&
    (("ref" in key
      ? { type: "api_key", provider: id, keyRef: key.ref }
      : keyCredential(id, key.value)) as Credential);
  const definition = { id: model, name: model, input: images ? ["text", "image"] : ["text"] };
  const provider: Provider = { id, label: id, api, env: [], catalog: "runtime" };
  return {
    label: `${id} at ${url.origin}, ${model}`,
    provider: id,
    ref: `${id}/${model}`,
    ...(credential ? { login: { profileId: `${id}:default`, credential } } : {}),
    edits: (config, isMain) => [
      ...serverEdits(config, id, { baseUrl: baseUrl.trim(), api, model: definition }),
      ...recommended(config, provider, model, isMain),
    ],
  };
}

function serverEdits(
  config: Config,
  id: ProviderId,
  {
    baseUrl,
    api,
    model,
  }: { readonly baseUrl: string; readonly api: string; readonly model: { readonly id: string } },
) {
  const path = ["models", "providers", id];
  const known = config.providers.get(id);
  if (!known) return [{ path, value: { baseUrl, api, models: [model] } }];
  const listed = known.models.some((each) => each.id === model.id);
  return [
    { path: [...path, "baseUrl"], value: baseUrl },
    { path: [...path, "api"], value: api },
    ...(listed ? [] : [{ path: [...path, "models", known.models.length], value: model }]),
  ];
}

function customId(text: string): ProviderId {
  const id = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  if (id !== "" && !findProvider(id)) return id;
  throw new AccessError(
    "bad_input",
    `"${text}" cannot name a provider of yours: ${id === "" ? "use letters and digits" : "it is built in"}. Say another --custom-provider-id.`,
  );
}
