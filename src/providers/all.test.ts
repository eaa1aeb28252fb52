import assert from "node:assert/strict";
import { test } from "node:test";
import { findProvider, PROVIDERS } from "./all.ts";

test("ids are unique, well-formed and in order", () => {
  const ids = PROVIDERS.map((provider) => provider.id);
  assert.deepEqual(ids, [...new Set(ids)].toSorted());
  for (const id of ids) assert.match(id, /^[a-z0-9][a-z0-9-]*$/);
});

test("an alias names one provider and hides no id", () => {
  const aliases = PROVIDERS.flatMap((provider) => provider.aliases ?? []);
  assert.equal(new Set(aliases).size, aliases.length);
  for (const alias of aliases) assert.ok(!PROVIDERS.some((provider) => provider.id === alias), alias);
});

test("a provider is found by its id and by its aliases, else not at all", () => {
  for (const provider of PROVIDERS) {
    for (const name of [provider.id, ...(provider.aliases ?? [])])
      assert.equal(findProvider(name), provider, name);
  }
  assert.equal(findProvider("nobody"), undefined);
  assert.equal(findProvider("__proto__"), undefined);
});

test("addresses are https, or loopback for local servers", () => {
  for (const { id, baseUrl } of PROVIDERS) {
    if (baseUrl) assert.match(baseUrl, /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1):\d+)/, id);
    assert.ok(!baseUrl?.endsWith("/"), id);
  }
});

test("a header shows where the key goes", () => {
  for (const { id, header, headerVariants } of PROVIDERS) {
    for (const form of [...(header ? [header] : []), ...(headerVariants ?? [])])
      assert.ok(form.value.includes("{key}"), id);
  }
});
