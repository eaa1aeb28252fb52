// From a plugin's checked declaration to a provider like those that are built in. Pure.
import type { Rule, RuleTable } from "../core/failure/rule.ts";
import type { CatalogModel } from "./catalog.ts";
import { claimedVariable } from "./env-keys.ts";
import type { PluginFailureHint, PluginModel } from "./plugin.ts";
import type { Declared } from "./plugin-shape.ts";
import type { PluginPart, PluginSource } from "./plugin-part.ts";
import type { Login, Provider } from "./provider.ts";

export function providerOf(declared: Declared, source: PluginSource): Provider {
  const { id, label, aliases, api, baseUrl, env = [], header, auth, catalog } = declared;
  const { defaultModel, modelAlias, probeModel, keyPrefixes } = declared;
  const wantsNone = auth === undefined && declared.syntheticAuth !== undefined;
  return {
    id,
    label,
    api,
    baseUrl,
    env,
    catalog: catalog?.list ? "refreshable" : "static",
    plugin: partOf(declared, source),
    ...(aliases ? { aliases } : {}),
    ...(header ? { header } : {}),
    ...(defaultModel === undefined ? {} : { defaultModel }),
    ...(modelAlias === undefined ? {} : { modelAlias }),
    ...(probeModel === undefined ? {} : { probeModel }),
    ...(keyPrefixes ? { keyPrefixes } : {}),
    ...(auth ? { logins: auth.map(loginOf) } : wantsNone ? { logins: [] } : {}),
    ...tokensOf(declared),
  };
}

/** Where none are named, an OAuth login is refreshed where it came from. */
function tokensOf({ tokens, auth = [] }: Declared): Pick<Provider, "tokens"> {
  if (tokens) return { tokens: { encoding: "form", ...tokens } };
  const login = auth.find((method) => method.kind === "browser" || method.kind === "device");
  if (!login) return {};
  const { tokenUrl: url, clientId, clientSecret } = login.oauth;
  return {
    tokens: { encoding: "form", url, clientId, ...(clientSecret === undefined ? {} : { clientSecret }) },
  };
}

type Auth = NonNullable<Declared["auth"]>[number];

function loginOf(auth: Auth): Login {
  const { id, kind, label, profile } = auth;
  return { id, kind, label, ...(profile === undefined ? {} : { profile }), ...flowOf(auth) };
}

function flowOf(auth: Auth): Pick<Login, "browser" | "device"> {
  if (auth.kind !== "browser" && auth.kind !== "device") return {};
  const { tokenUrl, clientId, clientSecret, scopes, authorizeUrl, deviceUrl, userinfoUrl } = auth.oauth;
  const client = { tokenUrl, clientId, ...(clientSecret === undefined ? {} : { clientSecret }) };
  if (deviceUrl !== undefined && auth.kind === "device")
    return {
      device: {
        ...client,
        deviceUrl,
        ...(scopes ? { scopes } : {}),
      },
    };
  if (authorizeUrl === undefined) return {};
  const browser = {
    ...client,
    authorizeUrl,
    scopes: scopes ?? [],
    redirectUri: auth.oauth.redirectUri ?? "http://127.0.0.1:0/callback",
    encoding: "form" as const,
    ...(userinfoUrl === undefined ? {} : { userinfoUrl }),
  };
  return { browser };
}

function partOf(declared: Declared, source: PluginSource): PluginPart {
  const { id, aliases = [], catalog, failures, syntheticAuth } = declared;
  return {
    source,
    models: (catalog?.models ?? []).map(catalogModel),
    listsModels: catalog?.list === true,
    readsUsage: declared.usage === true,
    ...(syntheticAuth ? { marker: syntheticAuth.marker } : {}),
    ...(failures ? { failures: ruleTable([id, ...aliases], failures) } : {}),
  };
}

const catalogModel = ({
  id,
  name,
  input,
  reasoning,
  contextWindow,
  maxTokens,
  cost,
}: PluginModel): CatalogModel => ({
  id,
  name: name ?? id,
  input: input ?? ["text"],
  reasoning: reasoning ?? false,
  contextWindow: contextWindow ?? 0,
  maxTokens: maxTokens ?? 0,
  cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, ...cost },
});

/** Words are compared as they stand: a plugin's patterns would run on what upstreams say, for as long as they like. */
const ruleTable = (providers: readonly string[], hints: readonly PluginFailureHint[]): RuleTable => ({
  providers,
  rules: hints.map(({ status, code, text, kind, scope }): Rule => ({
    kind,
    ...(status ? { status } : {}),
    ...(code ? { code: new RegExp(`^(?:${anyOf(code)})$`, "i") } : {}),
    ...(text ? { text: new RegExp(anyOf(text), "i") } : {}),
    ...(scope ? { scope } : {}),
  })),
});

const anyOf = (words: readonly string[]): string =>
  words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|");

/** Why the provider cannot stand beside the others: it would take their ids, or read their keys. */
export function conflictWith(provider: Provider, others: readonly Provider[]): string | undefined {
  const names = [provider.id, ...(provider.aliases ?? [])];
  for (const other of others) {
    const taken = names.find((name) => name === other.id || other.aliases?.includes(name));
    if (taken !== undefined) return `"${taken}" is ${nameOf(other)}`;
    const variable = claimedVariable(provider, other);
    if (variable !== undefined) return `env: ${variable} holds keys of ${nameOf(other)}`;
  }
  return new Set(names).size < names.length
    ? "aliases: must differ from the id and from each other"
    : undefined;
}

const nameOf = ({ label, plugin }: Provider): string =>
  plugin ? `${label}, which plugin ${plugin.source.spec} has` : `${label}, which is built in`;
