import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { findModel, ModelSplicer } from "./splice-model.ts";

const splice = (text: string, model: string) => {
  const body = Buffer.from(text);
  const span = findModel(body);
  if (!span) return undefined;
  const splicer = new ModelSplicer(body, span);
  const first = splicer.put(model).toString();
  assert.equal(splicer.put(model).toString(), first, "the next attempt gets the same");
  return first;
};

test("only the top-level value changes; every other byte stays", () => {
  const cases: [string, string | undefined][] = [
    ['{"model":"a","x":1}', '{"model":"NEW","x":1}'],
    [
      '{ "x" : [ {"model":"inner"} ],\n "model" :\t"a" , "y":"\\"model\\":\\"z\\"" }',
      '{ "x" : [ {"model":"inner"} ],\n "model" :\t"NEW" , "y":"\\"model\\":\\"z\\"" }',
    ],
    ['{"a":"model","model":"b"}', '{"a":"model","model":"NEW"}'],
    ['{"a":"ends with a slash \\\\","model":"b"}', '{"a":"ends with a slash \\\\","model":"NEW"}'],
    ['{"mod\\u0065l":"a"}', '{"mod\\u0065l":"NEW"}'],
    ['{"model":5}', undefined],
    ['{"model":"a","x":1,"model":"a"}', undefined],
    ['{"model":"a","\\u006dodel":"a"}', undefined],
    ['{"model":"a","mo\\u0064e\\u006C":"a"}', undefined],
    ['{"model":"a","x":{"model":"b"},"y":["\\u006d"]}', '{"model":"NEW","x":{"model":"b"},"y":["\\u006d"]}'],
    ["{}", undefined],
  ];
  for (const [text, expected] of cases) assert.equal(splice(text, "NEW"), expected, text);
});

test("attempts after the first may name longer and shorter models", () => {
  const body = Buffer.from('{"a":1,"model":"provider/m1","b":2}');
  const splicer = new ModelSplicer(body, findModel(body)!);
  const put = (model: string) => splicer.put(model).toString();
  assert.deepEqual(["m1", "a-much-longer-model-name", "x"].map(put), [
    '{"a":1,"model":"m1","b":2}',
    '{"a":1,"model":"a-much-longer-model-name","b":2}',
    '{"a":1,"model":"x","b":2}',
  ]);
});

test("property: splicing a document equals setting its model, byte for byte elsewhere", () => {
  const key = fc.oneof(fc.constantFrom("messages", "x", "model ", "Model", '"model"'), fc.string());
  const document = fc.tuple(
    fc.dictionary(key, fc.jsonValue(), { maxKeys: 6 }),
    fc.string(),
    fc.nat(6),
    fc.constantFrom(0, 1, 2),
  );
  fc.assert(
    fc.property(document, fc.string(), ([fields, model, at, indent], replacement) => {
      const entries = Object.entries(fields).filter(([name]) => name !== "model");
      entries.splice(Math.min(at, entries.length), 0, ["model", model]);
      // Object.fromEntries would reorder keys that look like numbers; text keeps them as written.
      const write = (value: string) =>
        `{${entries.map(([name, v]) => `${JSON.stringify(name)}: ${JSON.stringify(name === "model" ? value : v, null, indent)}`).join(", ")}}`;
      assert.equal(splice(write(model), replacement), write(replacement));
    }),
    { numRuns: 500 },
  );
});
