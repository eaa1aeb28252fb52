import assert from "node:assert/strict";
import { test } from "node:test";
import { buildCommand } from "@stricli/core";
import type { Session, SessionCommand } from "./command.ts";
import { optionalText, positionalText, switchFlag } from "./command.ts";
import { withLastFlags } from "./last-flags.ts";

interface Flags {
  readonly json: boolean;
  readonly profileId?: string;
  readonly only?: readonly string[];
}

const { parameters } = buildCommand<Flags, string[], Session>({
  docs: { brief: "" },
  parameters: {
    flags: {
      json: switchFlag(""),
      profileId: optionalText("", "id"),
      only: { ...optionalText("", "check"), variadic: true },
    },
    aliases: { p: "profileId" },
    positional: { kind: "array", parameter: positionalText("", "words") },
  },
  func(this: Session, _flags: Flags, ..._words: string[]) {},
}) as SessionCommand;

for (const [typed, counts] of [
  ["--json --json", "--json"],
  ["--json --json=false", "--json=false"],
  ["--profile-id a --json --profile-id b", "--json --profile-id b"],
  ["--profile-id=a --profileId b", "--profileId b"],
  ["-p a --profile-id b word", "--profile-id b word"],
  ["--profile-id b -p=a word", "-p=a word"],
  ["--only a --only b --json", "--only a --only b --json"],
  ["--profile-id a -- --profile-id b", "--profile-id a -- --profile-id b"],
  // A value is no flag, and what is no declared flag stays.
  ["--profile-id - --profile-id -5", "--profile-id -5"],
  ["--nope a --nope b json json", "--nope a --nope b json json"],
  // The parser says what is missing.
  ["--profile-id --json --profile-id b", "--profile-id --json --profile-id b"],
  ["--profile-id a --profile-id", "--profile-id a --profile-id"],
] as const)
  test(`${typed} → ${counts}`, () => {
    assert.equal(withLastFlags(typed.split(" "), parameters).join(" "), counts);
  });
