import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createHmac } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Credential } from "../core/credential.ts";
import { AccessError } from "../core/errors.ts";
import { generationOf, InstallKey } from "./generation.ts";

const oauth = { type: "oauth", provider: "p", access: "fake-a", refresh: "fake-r", expires: 1 } as const;

function inFolder(body: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "install-key-"));
  try {
    body(join(folder, "state"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("a generation is an HMAC of type, secrets and references, whatever the order of keys", () =>
  inFolder((folder) => {
    const { key } = new InstallKey(folder).current();
    const generation = (credential: object) => generationOf(key, credential as Credential);
    const material = JSON.stringify(["oauth", null, null, null, null, "fake-a", "fake-r"]);
    const digest = createHmac("sha256", key.export()).update(material).digest();
    assert.equal(generation(oauth), digest.subarray(0, 16).toString("base64url"));
    const same = { ...oauth, expires: 2, email: "who@example.com", displayName: "x" };
    assert.equal(generation(same), generation(oauth));
    const ref = { source: "env", provider: "default", id: "A" };
    const turned = { id: "A", provider: "default", source: "env" };
    const keyed = { type: "api_key", provider: "p" };
    assert.equal(generation({ ...keyed, keyRef: ref }), generation({ ...keyed, keyRef: turned }));
    const different = [
      oauth,
      { ...oauth, access: "b" },
      { ...oauth, refresh: "b" },
      { ...oauth, type: "token" },
    ];
    const others = [...different, { ...keyed, keyRef: ref }, { ...keyed, keyRef: { ...ref, id: "B" } }];
    assert.equal(new Set(others.map(generation)).size, others.length);
  }));

test("the key is made on the first write, is what readers used before, and of two racers one wins", () =>
  inFolder((folder) => {
    const [first, second] = [new InstallKey(folder), new InstallKey(folder)];
    const before = generationOf(first.current().key, oauth);
    assert.notEqual(generationOf(second.current().key, oauth), before);
    assert.throws(() => statSync(folder));
    assert.equal(generationOf(first.publish(), oauth), before);
    assert.equal(generationOf(second.publish(), oauth), before);
    assert.deepEqual(readdirSync(folder), ["access.key"]);
    const file = join(folder, "access.key");
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(readFileSync(file).length, 32);
    writeFileSync(file, "damaged");
    const third = new InstallKey(folder);
    assert.match(third.current().warning!, /access\.key/);
    assert.throws(() => third.publish(), AccessError);
    assert.equal(readFileSync(file, "utf8"), "damaged");
  }));
