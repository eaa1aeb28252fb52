// Whether every credential of a home can be used, from its files alone: by a secret or by a reference that can be had.
import assert from "node:assert/strict";
import { readDocument } from "../../src/config/document.ts";
import { isRef } from "../../src/core/credential.ts";
import type { SecretRef } from "../../src/core/credential.ts";
import { refKey } from "../../src/core/secret-ref.ts";
import { valueAt } from "../../src/config/config-path.ts";
import { referenceOf } from "../../src/access/secret-refs.ts";
import { resolveRefs } from "../../src/secrets/resolve.ts";
import type { GeneratedHome } from "./generated-home.ts";
import { depsOf } from "./generated-home.ts";

export async function assertUsable(home: GeneratedHome, when: string): Promise<void> {
  const deps = depsOf(home);
  try {
    const document = readDocument(deps.paths().configPath);
    const found = new Map<string, string | SecretRef | undefined>();
    for (const { place } of home.expected) {
      const profile = /^profile (.+) of (\w+)$/.exec(place);
      found.set(place, profile ? await stored(deps, profile[2]!, profile[1]!) : inConfig(document, place));
    }
    const refs = [...found.values()].filter((each): each is SecretRef => isRef(each));
    const config = deps.config();
    const outcomes = await resolveRefs(refs, {
      providers: config.secretProviders,
      limits: config.secretLimits,
      env: deps.env(),
      home: home.path,
    });
    for (const { place, secret } of home.expected) {
      const is = found.get(place);
      const outcome = isRef(is) ? outcomes.get(refKey(is)) : undefined;
      const value = outcome && "found" in outcome ? outcome.found.reveal() : is;
      assert.equal(value, secret, `${when}: ${place} ${JSON.stringify(outcome)}`);
    }
  } finally {
    await deps.close();
  }
}

function inConfig(document: object, place: string): string | SecretRef | undefined {
  const provider = /^models\.providers\.(.+)\.(apiKey|headers\.x-team-token)$/.exec(place);
  const keys = provider
    ? ["models", "providers", provider[1]!, ...provider[2]!.split(".")]
    : place.split(".");
  return valueAt(document, keys) as string | SecretRef | undefined;
}

async function stored(deps: ReturnType<typeof depsOf>, agent: string, id: string) {
  const { profiles } = (await deps.store().read(agent)).state;
  const credential = profiles.find((profile) => profile.id === id)?.credential;
  if (!credential || credential.type === "oauth") return undefined;
  return referenceOf(credential) ?? (credential.type === "api_key" ? credential.key : credential.token);
}
