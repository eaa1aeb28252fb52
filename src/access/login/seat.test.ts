import assert from "node:assert/strict";
import { test } from "node:test";
import { configOf } from "../../config/load.ts";
import { openai } from "../../providers/openai.ts";
import { chooseAdd } from "./add.ts";
import { askProvider, bestFirst } from "./choose.ts";
import { seatOf } from "./seat.ts";
import type { Choice, Talk } from "./talk.ts";

const nothing = (_file: string) => false;
const seat = (env: Record<string, string>, platform: NodeJS.Platform = "linux", exists = nothing) =>
  seatOf(env, platform, exists);

test("a browser is opened in front of the person alone", () => {
  assert.equal(seat({ DISPLAY: ":0" }), "here");
  assert.equal(seat({ WAYLAND_DISPLAY: "wayland-0" }), "here");
  assert.equal(seat({}, "darwin"), "here");
  assert.equal(seat({}, "win32"), "here");
  assert.equal(seat({}), "screenless");
  assert.equal(seat({ DISPLAY: ":10", SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22" }), "remote");
  assert.equal(seat({ SSH_TTY: "/dev/pts/0" }, "darwin"), "remote");
  assert.equal(seat({ container: "podman" }), "container");
  assert.equal(
    seat({}, "linux", (file) => file === "/.dockerenv"),
    "container",
  );
  assert.equal(
    seat({ DISPLAY: ":0" }, "linux", (file) => file === "/.dockerenv"),
    "here",
  );
});

test("where no browser is in front of the person, the device code comes first", () => {
  const ids = (where: Parameters<typeof bestFirst>[1]) =>
    bestFirst(openai.logins!, where).map(({ id }) => id);
  assert.equal(ids("here")[0], "oauth");
  assert.deepEqual(ids("remote").slice(0, 2), ["device-code", "oauth"]);
});

/** A person who takes the provider with this label, and then the first way. */
function person(label: string) {
  const seen: string[][] = [];
  const unasked = () => assert.fail("was not to be asked");
  const choose = async <T>(_question: string, choices: readonly Choice<T>[]): Promise<T> => {
    seen.push(choices.map((choice) => choice.label));
    return (choices.find((choice) => choice.label === label) ?? choices[0]!).value;
  };
  const talk = { secret: unasked, text: unasked, chooseMany: unasked, confirm: unasked, notify: () => {} };
  return { seen, talk: { ...talk, choose, wait: unasked } satisfies Talk };
}

const CONFIG = configOf("/nowhere/openclaw.json", { models: { providers: { local: { models: [] } } } });
const URL = "https://login.acme.example";
const OWN = { acme: { authorizeUrl: URL, tokenUrl: URL, clientId: "c" } };

test("login and add offer the person's own providers, and both lead with what fits the seat", async () => {
  const adding = person(openai.label);
  const chosen = await chooseAdd(CONFIG, adding.talk, OWN, "remote");
  assert.ok(chosen.kind === "login" && chosen.target.login.kind === "device");
  const loggingIn = person("acme");
  assert.equal((await askProvider(CONFIG, loggingIn.talk, OWN)).logins?.at(-1)?.kind, "browser");
  for (const { seen } of [adding, loggingIn]) assert.deepEqual(seen[0]!.slice(0, 2), ["local", "acme"]);
});
