// A sealed store: nothing of a secret on disk, everything usable with the key, nothing destroyed without it.
import assert from "node:assert/strict";
import { chmodSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import type { Credential } from "../../src/core/credential.ts";
import { keyFromPassphrase } from "../../src/store/seal/box.ts";
import {
  endHandOver,
  rekeyDatabase,
  scrubDatabase,
  sealDatabase,
  unsealDatabase,
} from "../../src/store/seal/databases.ts";
import type { SealHome } from "./sealed-home.ts";
import { credentialsOf, put, sealHome } from "./sealed-home.ts";

const SECRETS = {
  key: "fake-key-aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  former: "fake-former-bbbbbbbbbbbbbbbbbbbbbbbb",
  token: "fake-token-cccccccccccccccccccccccc",
  access: "fake-access-dddddddddddddddddddddd",
  refresh: "fake-refresh-eeeeeeeeeeeeeeeeeeee",
  spent: "fake-spent-ffffffffffffffffffffffff",
  removed: "fake-removed-gggggggggggggggggggg",
  odd: "fake-odd-hhhhhhhhhhhhhhhhhhhhhhhhhh",
  newer: "fake-newer-iiiiiiiiiiiiiiiiiiiiiiii",
};
const ALL = Object.values(SECRETS);

const apiKey = (key: string): Credential => ({ type: "api_key", provider: "p", key });

const CREDENTIALS: Record<string, Credential> = {
  "p:key": { ...apiKey(SECRETS.key), email: "ada@example.com" },
  "p:token": { type: "token", provider: "p", token: SECRETS.token, expires: 1_900_000_000_000 },
  "q:login": {
    type: "oauth",
    provider: "q",
    access: "fake-access-old",
    refresh: SECRETS.spent,
    expires: 1_900_000_000_000,
    accountId: "acct_1",
  },
  "p:odd": { ...apiKey("fake-other"), somethingNew: SECRETS.odd } as unknown as Credential,
  "p:ref": { type: "api_key", provider: "p", keyRef: { source: "env", provider: "default", id: "FAKE_KEY" } },
};

/** Keys, tokens, a login with a family, a history, an order, a removed profile. */
async function fill(home: SealHome): Promise<void> {
  const store = home.open();
  await put(store, "main", { "p:key": apiKey(SECRETS.former), "p:gone": apiKey(SECRETS.removed) });
  await put(store, "main", CREDENTIALS);
  await put(store, "main", { "p:gone": null });
  const newest = { access: SECRETS.access, refresh: SECRETS.refresh, expires: 1_900_000_000_001 };
  const issued = { boot: "b", ms: 1 };
  await store.updateFamily({ provider: "q", refresh: SECRETS.spent }, () => ({
    newest: { ...newest, lifetimeMs: 3600_000, issued },
  }));
  await store.close();
}

const sealMain = async (home: SealHome) => {
  const key = home.newKey("elsewhere.key");
  await sealDatabase(home.at("main"), key, home.hands());
  assert.equal(await scrubDatabase(home.at("main"), home.hands()), true);
  return key;
};

const inHome = async (work: (home: SealHome) => Promise<void>) => {
  const home = sealHome();
  try {
    await work(home);
  } finally {
    home.remove();
  }
};

test("nothing of a secret is left in any file, and OpenClaw sees credentials that are missing", () =>
  inHome(async (home) => {
    await fill(home);
    assert.notDeepEqual(home.filesWith(ALL), []);
    await sealMain(home);
    assert.deepEqual(home.filesWith(ALL), []);
    const [row] = home.rows("main", "SELECT store_json FROM auth_profile_store");
    assert.deepEqual(JSON.parse(String(row!["store_json"])).profiles, {
      "p:key": { type: "api_key", provider: "p" },
      "p:token": { type: "token", provider: "p" },
      "q:login": { type: "oauth", provider: "q" },
      "p:odd": { type: "api_key", provider: "p" },
      "p:ref": CREDENTIALS["p:ref"],
    });
  }));

test("with the key it is the same store: credentials, generations, families, history", () =>
  inHome(async (home) => {
    await fill(home);
    const look = async () => {
      const store = home.open();
      const { state } = await store.read("main");
      const family = await store.family({ provider: "q", refresh: SECRETS.spent });
      const history = await store.history("main");
      await store.close();
      return {
        state: { ...state, profiles: [...state.profiles].map((each) => ({ ...each })) },
        family,
        history,
      };
    };
    const before = await look();
    await sealMain(home);
    assert.deepEqual(await look(), before);
  }));

test("facts need no key, and show what the whole shows but the secrets", () =>
  inHome(async (home) => {
    await fill(home);
    const whole = (await home.open().read("main")).state;
    const { path } = await sealMain(home);
    renameSync(path, `${path}.away`);
    const facts = (await home.open().read("main", "facts")).state;
    assert.deepEqual(
      facts.profiles.map(({ id, generation }) => [id, generation]),
      whole.profiles.map(({ id, generation }) => [id, generation]),
    );
    assert.deepEqual(facts.profiles[0]!.unopened, { fields: ["key"], label: "fake...aaaa" });
    assert.deepEqual(facts.profiles[0]!.credential, {
      type: "api_key",
      provider: "p",
      email: "ada@example.com",
    });
    assert.deepEqual(facts.logins, whole.logins);
    assert.deepEqual(facts.warnings, []);
    assert.doesNotMatch(JSON.stringify(facts), /fake-(key|token|access|refresh)/);
  }));

test("without the key: listed, told where it was looked for; nothing that needs it is done, nothing is lost", () =>
  inHome(async (home) => {
    await fill(home);
    const whole = await credentialsOf(home.open());
    const { path } = await sealMain(home);
    renameSync(path, `${path}.away`);
    const store = home.open();
    const { profiles, warnings } = (await store.read("main")).state;
    assert.equal(profiles.length, 5);
    const told = /sealed with key \S+: .*elsewhere\.key is not there.*OPENCLAW_SEAL_KEY_FILE/;
    assert.match(profiles[0]!.unopened!.fault!, told);
    assert.match(warnings.join("\n"), told);
    const sealed = { code: "store_sealed", message: told };
    await assert.rejects(put(store, "main", { "p:new": apiKey("fake-new") }), sealed);
    await assert.rejects(
      store.update("main", { profiles: ["p:key"] }, (slice) => ({
        profiles: new Map([
          ["p:key", { ...slice.profiles.get("p:key")!.credential, email: "x@example.com" }],
        ]),
      })),
      sealed,
    );
    const spent = { provider: "q", refresh: SECRETS.spent };
    await assert.rejects(
      store.updateFamily(spent, () => ({ intent: { owner: "o", at: 1, tries: 1 } })),
      sealed,
    );
    await assert.rejects(store.history("main"), sealed);
    // What needs no secret goes on.
    await store.update("main", { providers: ["p"] }, () => ({ order: new Map([["p", ["p:key"]]]) }));
    await store.update("main", { profiles: ["p:token"], facts: true }, () => ({
      profiles: new Map([["p:token", null]]),
    }));
    await store.close();
    renameSync(`${path}.away`, path);
    const { "p:token": gone, ...left } = whole;
    assert.ok(gone);
    assert.deepEqual(await credentialsOf(home.open()), left);
  }));

test("a key file that is another one, open to others, or none says so", () =>
  inHome(async (home) => {
    await fill(home);
    const { path, key } = await sealMain(home);
    const faultOf = async () => (await home.open().read("main")).state.profiles[0]!.unopened?.fault ?? "";
    writeFileSync(path, `${home.newKey("other.key").key.export()}\n`);
    assert.match(await faultOf(), /holds another key/);
    writeFileSync(path, "not a key\n");
    assert.match(await faultOf(), /no key file/);
    writeFileSync(path, `${key.export()}\n`);
    chmodSync(path, 0o644);
    assert.match(await faultOf(), /can be read by others \(chmod 600/);
    chmodSync(path, 0o600);
    assert.equal(await faultOf(), "");
  }));

test("a damaged entry, or one put in another's place, costs its own profile only", () =>
  inHome(async (home) => {
    await fill(home);
    const { key } = await sealMain(home);
    const entry = (id: string) =>
      String(
        home.rows("main", `SELECT entry_json FROM access_sealed WHERE profile_id = '${id}'`)[0]![
          "entry_json"
        ],
      );
    const set = (id: string, text: string) =>
      home.run("main", "UPDATE access_sealed SET entry_json = ? WHERE profile_id = ?", text, id);
    set("p:key", entry("p:odd"));
    const token = JSON.parse(entry("p:token"));
    const { sealed } = token.token;
    token.token.sealed = sealed.slice(0, -4) + (sealed.endsWith("AAAA") ? "BBBB" : "AAAA");
    set("p:token", JSON.stringify(token));
    const store = home.open();
    const { profiles, warnings } = (await store.read("main")).state;
    const unopened = profiles.filter((each) => each.unopened).map(({ id }) => id);
    assert.deepEqual(unopened, ["p:key", "p:token"]);
    assert.match(warnings.join("\n"), /p:token is damaged/);
    await assert.rejects(unsealDatabase(home.at("main"), home.hands()), /p:(key|token) is damaged/);
    await put(store, "main", { "p:token": { type: "token", provider: "p", token: "fake-again" } });
    await put(store, "main", { "p:key": null });
    await store.close();
    const next = home.newKey("next.key");
    await rekeyDatabase(home.at("main"), next, home.hands());
    assert.ok(key.id !== next.key.id);
    const left = await credentialsOf(home.open());
    assert.deepEqual(Object.keys(left), ["p:token", "q:login", "p:odd", "p:ref"]);
    assert.equal((left["p:token"] as { token?: string }).token, "fake-again");
  }));

test("a plain entry that OpenClaw writes is used, told, and sealed by the next write", () =>
  inHome(async (home) => {
    await fill(home);
    await sealMain(home);
    const [row] = home.rows("main", "SELECT store_json FROM auth_profile_store");
    const document = JSON.parse(String(row!["store_json"]));
    document.profiles["p:key"] = apiKey(SECRETS.newer);
    home.run("main", "UPDATE auth_profile_store SET store_json = ?", JSON.stringify(document));
    const store = home.open();
    const { profiles, warnings } = (await store.read("main")).state;
    assert.deepEqual(profiles[0]!.credential, apiKey(SECRETS.newer));
    assert.match(warnings.join("\n"), /p:key lies there in plain text/);
    await put(store, "main", { "p:more": apiKey("fake-more") });
    assert.deepEqual(home.filesWith([...ALL, "fake-more"]), []);
    assert.deepEqual((await store.read("main")).state.warnings, []);
    await store.close();
    const after = await credentialsOf(home.open());
    assert.deepEqual(after["p:key"], apiKey(SECRETS.newer));
    assert.deepEqual(after["p:more"], apiKey("fake-more"));
  }));

test("stores of agents that come later are sealed from their first write", () =>
  inHome(async (home) => {
    await fill(home);
    await sealMain(home);
    const store = home.open();
    await put(store, "later", { "p:key": apiKey("fake-of-later-agent") });
    await store.close();
    assert.deepEqual(home.filesWith(["fake-of-later-agent"]), []);
    assert.deepEqual(await credentialsOf(home.open(), "later"), { "p:key": apiKey("fake-of-later-agent") });
  }));

const text = fc.string({ maxLength: 40 });
const value = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.array(text, { maxLength: 2 }));
const FIELDS =
  "type provider mode key apiKey token access refresh keyRef email expires other sealed is entry";
const field = fc.constantFrom(...FIELDS.split(" "));
const entry = fc.oneof(
  { weight: 4, arbitrary: fc.dictionary(field, value, { maxKeys: 7 }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom("api_key", "token", "oauth"),
      provider: fc.constantFrom("p", " Q "),
      key: text,
      token: text,
      access: text,
      refresh: text,
    }),
  },
  { weight: 1, arbitrary: value },
);
const stores = fc.dictionary(fc.constantFrom("p:a", "p:b", "q:c", "odd", "__proto__", "p:e"), entry);

test("sealing and unsealing is the identity, for whatever stands in a row", async () => {
  await fc.assert(
    fc.asyncProperty(stores, async (profiles) => {
      await inHome(async (home) => {
        await fill(home);
        const tables = () =>
          ["SELECT store_json AS v FROM auth_profile_store", "SELECT written_json AS v FROM access_profiles"]
            .concat(
              "SELECT item_json AS v FROM access_history",
              "SELECT family_json AS v FROM access_families",
            )
            .map((sql) => home.rows("main", sql).map((row) => JSON.parse(String(row["v"]))));
        home.run(
          "main",
          "UPDATE auth_profile_store SET store_json = ?",
          JSON.stringify({ version: 1, profiles }),
        );
        const before = tables();
        const read = async () => (await home.open().read("main")).state.profiles.map((each) => ({ ...each }));
        const shown = await read();
        await sealMain(home);
        assert.deepEqual(await read(), shown);
        const next = home.newKey("next.key");
        await rekeyDatabase(home.at("main"), next, home.hands());
        assert.deepEqual(await read(), shown);
        assert.ok((await unsealDatabase(home.at("main"), home.hands())) >= 0);
        assert.deepEqual(tables(), before);
      });
    }),
    { numRuns: 15 },
  );
});

test("what is to be a passphrase is read from a file, and derives the key once", () =>
  inHome(async (home) => {
    await fill(home);
    const cheap = { salt: "c2FsdA", n: 2 ** 10, r: 8, p: 1 };
    const key = await keyFromPassphrase("correct horse battery", cheap);
    const place = { kind: "passphrase" as const, id: key.id, ...cheap };
    await sealDatabase(home.at("main"), { key, place }, home.hands());
    const passphraseFile = join(home.path, "passphrase");
    const faultOf = async (places = {}) =>
      (await home.open(places).read("main")).state.profiles[0]!.unopened?.fault;
    assert.match((await faultOf()) ?? "", /no passphrase was given.*OPENCLAW_SEAL_PASSPHRASE_FILE/);
    writeFileSync(passphraseFile, "another one\n", { mode: 0o600 });
    assert.match((await faultOf({ passphraseFile })) ?? "", /holds another passphrase/);
    writeFileSync(passphraseFile, "correct horse battery\n");
    assert.equal(await faultOf({ passphraseFile }), undefined);
    assert.equal(await faultOf({ ask: async () => "correct horse battery" }), undefined);
    let asked = 0;
    const ask = async () => `wrong ${++asked}`;
    const store = home.open({ ask });
    for (let times = 0; times < 3; times++) await store.read("main");
    assert.equal(asked, 1);
    await store.read("main", "facts");
  }));

test("a program that runs takes up the new key that it could not be asked for", () =>
  inHome(async (home) => {
    await fill(home);
    const cheap = { salt: "c2FsdA", n: 2 ** 10, r: 8, p: 1 };
    const placed = async (passphrase: string) => {
      const key = await keyFromPassphrase(passphrase, cheap);
      return { key, place: { kind: "passphrase" as const, id: key.id, ...cheap } };
    };
    await sealDatabase(home.at("main"), await placed("the first passphrase"), home.hands());
    const running = home.open({ ask: async () => "the first passphrase" });
    const before = await credentialsOf(running);
    const hands = home.hands({ ask: async () => "the first passphrase" });
    await rekeyDatabase(home.at("main"), await placed("the second passphrase"), hands);
    assert.deepEqual(await credentialsOf(running), before);
    await endHandOver(home.at("main"), hands);
    assert.deepEqual(await credentialsOf(running), before);
    await put(running, "main", { "p:more": apiKey("fake-more-than-before") });
    await running.close();
    const late = home.open({ ask: async () => "the first passphrase" });
    assert.match((await late.read("main")).state.warnings.join("\n"), /the passphrase is another one/);
    const right = home.open({ ask: async () => "the second passphrase" });
    assert.deepEqual((await credentialsOf(right))["p:more"], apiKey("fake-more-than-before"));
  }));
