import assert from "node:assert/strict";
import { test } from "node:test";
import { openai } from "../../providers/openai.ts";
import { bestFirst } from "./choose.ts";
import { seatOf } from "./seat.ts";

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
