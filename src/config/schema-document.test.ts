// The schema that forms are made of says what the config's own validation says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AccessError } from "../core/errors.ts";
import type { JsonSchema } from "./json-schema.ts";
import { configJsonSchema, lookupSchema } from "./schema-document.ts";
import { secretProviders } from "./schema-secrets.ts";
import { HINTS } from "./schema-hints.ts";

const schema = configJsonSchema();

function at(...keys: string[]): JsonSchema {
  return keys.reduce<JsonSchema>((sofar, key) => sofar.properties![key]!, schema);
}

test("types, limits, choices and words of settings", () => {
  assert.deepEqual(at("gateway", "port"), { title: "Port", type: "integer", minimum: 1, maximum: 65_535 });
  assert.deepEqual(at("gateway", "reload", "mode").enum, ["off", "hot", "restart", "hybrid"]);
  assert.equal(at("auth", "cooldowns", "billingMaxHours").exclusiveMinimum, 0);
  assert.deepEqual(at("auth", "profiles").additionalProperties!.required, ["provider", "mode"]);
  assert.equal(at("agents", "list").items!.properties!["id"]!.pattern, undefined);
});

test("what depends on its form has a branch for each", () => {
  const model = at("agents", "defaults", "model");
  assert.deepEqual(
    model.anyOf!.map(({ type }) => type),
    ["string", "object"],
  );
  const key = at("models", "providers").additionalProperties!.properties!["apiKey"]!;
  const sources = key.anyOf!.map(({ properties }) => properties?.["source"]?.const);
  assert.deepEqual(sources, [undefined, "env", "file", "exec"]);
  const blocks = at("secrets", "providers").additionalProperties!.anyOf!;
  assert.equal(blocks.length, Object.keys(secretProviders).length);
});

test("every hint is of a place that there is", () => {
  for (const place of Object.keys(HINTS)) assert.equal(lookupSchema(place).hintPath, place, place);
});

test("one place, as shallow as a form shows it", () => {
  const { path, schema: node, reloadKind, children } = lookupSchema("gateway.auth");
  assert.deepEqual([path, node.properties, reloadKind], ["gateway.auth", undefined, "hot"]);
  const token = children.find(({ key }) => key === "token")!;
  assert.equal(token.hint?.sensitive, true);
  assert.deepEqual([token.path, token.hasChildren, token.required], ["gateway.auth.token", true, false]);
  assert.equal(lookupSchema("agents.list[0].model").hintPath, "agents.list[].model");
  assert.equal(lookupSchema("agents.list[].id").path, "agents.list[].id");
  assert.equal(lookupSchema("gateway.tls.certPath").reloadKind, "restart");
  assert.equal(lookupSchema("gateway").reloadKind, undefined);
  const named = lookupSchema('models.providers["a.b"].apiKey');
  assert.deepEqual([named.path, named.hint?.sensitive], ['models.providers["a.b"].apiKey', true]);
  assert.equal(lookupSchema(named.path).path, named.path);
});

test("a place that there is not", () => {
  for (const place of ["", "nope", "gateway.nope", "gateway.port.x", "__proto__", "agents.list.x", "[", "."])
    assert.throws(() => lookupSchema(place), AccessError, place);
});
