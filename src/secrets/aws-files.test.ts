import assert from "node:assert/strict";
import { test } from "node:test";
import { sectionsOf } from "./aws-files.ts";
import { wordsOf } from "./aws-profile.ts";

test("profiles of AWS's files, their settings and what is none", () => {
  const sections = sectionsOf(
    "# a = b\n[default]\nregion=eu-west-1 \n  nested = 1\n; c = d\n[ profile  work ]\nRole_ARN = arn:aws:x=y\r\n[default]\noutput = json",
  );
  assert.deepEqual(
    [...sections].map(([name, settings]) => [name, Object.fromEntries(settings)]),
    [
      ["default", { region: "eu-west-1", output: "json" }],
      ["profile work", { role_arn: "arn:aws:x=y" }],
    ],
  );
});

test("words of a command that no shell reads", () => {
  assert.deepEqual(wordsOf(`"/opt/my tools/give" --role 'a b' $HOME;rm`), [
    "/opt/my tools/give",
    "--role",
    "a b",
    "$HOME;rm",
  ]);
});
