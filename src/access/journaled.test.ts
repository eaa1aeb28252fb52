// What the store of commands refuses before it is written.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Credential } from "../core/credential.ts";
import type { Change, Slice, Store } from "../store/store.ts";
import { journaled } from "./journaled.ts";

const ref = { source: "env", provider: "default", id: "A_KEY" } as const;
const written = async (credential: unknown): Promise<Change | undefined> => {
  let change: Change | undefined;
  const update: Store["update"] = async (_agent, _touch, decide) => {
    change = decide({} as Slice);
    return true;
  };
  const store = journaled({ update } as Store, () => ({ change: "c", because: "test" }));
  const profiles = new Map([["p:a", credential as Credential]]);
  await store.update("main", { profiles: ["p:a"] }, () => ({ profiles }));
  return change;
};

for (const name of ["access", "refresh", "keyRef", "tokenRef"])
  test(`a login whose ${name} is a reference is not stored`, async () => {
    const login = { type: "oauth", provider: "p", access: "fake", refresh: "fake", [name]: ref };
    await assert.rejects(written(login), new RegExp(`p:a is not stored.*${name} may not be a reference`));
  });

test("a key and a token may be references", async () => {
  assert.ok(await written({ type: "api_key", provider: "p", keyRef: ref }));
  assert.ok(await written({ type: "token", provider: "p", tokenRef: ref }));
});
