import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { JsonObject } from "../core/json.ts";
import { judgedPoll, offerIn, startFault } from "./device-answer.ts";
import { statusIn } from "./device-minimax.ts";
import { approvalIn } from "./device-openai.ts";
import type { ServerAnswer } from "./server-call.ts";

const NOW = 1_800_000_000_000;
const SETTINGS = { deviceUrl: "https://x.example/d", tokenUrl: "https://x.example/t", clientId: "c" };
const GOOD = { user_code: "AB-12", verification_uri: "https://x.example/device" };

const answer = (status: number, body?: JsonObject): ServerAnswer => ({
  kind: "answer",
  status,
  headers: {},
  body,
});
const offer = (body: JsonObject, settings = {}) =>
  offerIn({ ...GOOD, ...body }, { ...SETTINGS, ...settings }, NOW);

test("an offer's times are what the server says, within bounds", () => {
  const times = (body: JsonObject, settings = {}) => {
    const each = offer(body, settings);
    assert.ok("userCode" in each);
    return [each.intervalMs / 1000, each.lifetimeMs / 1000];
  };
  assert.deepEqual(times({}), [5, 900]);
  assert.deepEqual(times({ interval: 10, expires_in: 300 }), [10, 300]);
  assert.deepEqual(times({ interval: "7", expires_in: "60" }), [7, 60]);
  assert.deepEqual(times({ interval: 2000, expired_in: NOW + 60_000 }), [2, 60]);
  assert.deepEqual(times({ interval: 0, expires_in: 9e8 }), [1, 3600]);
  assert.deepEqual(times({ interval: {}, expires_in: null }), [5, 900]);
  assert.deepEqual(times({ expires_in: { toString: 0 } }), [5, 900]);
  assert.deepEqual(times({ expires_in: 5e-324 }), [5, 1]);
  assert.deepEqual(times({}, { intervalSeconds: 2, lifetimeSeconds: 300 }), [2, 300]);
});

test("only what a browser can open and a terminal can show is offered", () => {
  for (const uri of ["javascript:alert(1)", "file:///etc/passwd", "https://a@b.example", "nonsense", "", 7])
    assert.ok("failed" in offer({ verification_uri: uri }), String(uri));
  for (const code of ["", " ", "\u001B[2J", "A\nB", "\u202Eabc", "x".repeat(65), 12])
    assert.ok("failed" in offer({ user_code: code }), String(code));
  const steering = offer({ verification_uri: "https://x.example/\u001B[2J\u202E" });
  assert.ok("verificationUri" in steering && /^[\x21-\x7e]+$/.test(steering.verificationUri));
  assert.ok("userCode" in offer({ user_code: "AB 12" }));
});

test("an address that is no answer's own is the provider's", () => {
  const shown = offerIn({ user_code: "A" }, { ...SETTINGS, verificationUrl: "https://own.example/x" }, NOW);
  assert.equal("verificationUri" in shown && shown.verificationUri, "https://own.example/x");
});

test("property: whatever the first answer holds, times are sane and texts are printable", () => {
  const anything = fc.dictionary(
    fc.constantFrom("user_code", "verification_uri", "verification_uri_complete", "interval", "expires_in"),
    fc.oneof(fc.jsonValue(), fc.webUrl(), fc.string()),
  );
  fc.assert(
    fc.property(anything, (body) => {
      const each = offerIn(body as JsonObject, SETTINGS, NOW);
      if ("failed" in each) return;
      assert.ok(each.intervalMs >= 1000 && each.intervalMs <= 60_000);
      assert.ok(each.lifetimeMs > 0 && each.lifetimeMs <= 3_600_000);
      assert.match(each.userCode + each.verificationUri + (each.completeUri ?? ""), /^[\x20-\x7e]+$/);
    }),
  );
});

test("what a token endpoint says of a device code", () => {
  const kinds: [number, JsonObject | undefined, string][] = [
    [400, { error: "authorization_pending" }, "pending"],
    [200, { error: "authorization_pending" }, "pending"],
    [400, { error: "slow_down" }, "slow_down"],
    [400, { error: "access_denied" }, "denied"],
    [400, { error: "authorization_denied" }, "denied"],
    [400, { error: "expired_token" }, "expired"],
    [400, { error: "invalid_client" }, "refused"],
    [200, { error: { code: "unsupported" } }, "refused"],
    [200, { access_token: "fake" }, "tokens"],
    [200, { access_token: "fake\r\nx: y" }, "senseless"],
    [200, {}, "senseless"],
    [200, undefined, "senseless"],
    [404, {}, "senseless"],
    [429, undefined, "unreachable"],
    [503, { error: "server_error" }, "unreachable"],
  ];
  for (const [status, body, kind] of kinds)
    assert.equal(judgedPoll(answer(status, body), []).kind, kind, JSON.stringify([status, body]));
  assert.equal(judgedPoll({ kind: "failed", message: "cannot be reached" }, []).kind, "unreachable");
  const huge = { kind: "failed", message: "answered with more than an answer can be" } as const;
  assert.equal(judgedPoll(huge, []).kind, "senseless");
});

test("nothing that was sent comes back in a message", () => {
  const sent = "fake-device-code-0123456789";
  const said = judgedPoll(answer(400, { error: `no ${sent}` }), [sent]);
  assert.ok(said.kind === "refused" && !said.message.includes(sent));
  assert.ok(!startFault(answer(400, { error: `no ${sent}` }), [sent])!.includes(sent));
});

test("words of a server stay on their line of the message, and steer no terminal", () => {
  const said = startFault(answer(400, { error: "gone\r\n\u001B[2J\u202EError: fake" }), []);
  assert.equal(said, "refused with HTTP 400 (gone [2J Error: fake)");
});

test("OpenAI's form: 403 and 404 mean not yet, unless they say more", () => {
  const kindOf = (each: ServerAnswer) => {
    const step = approvalIn(each, []);
    return "kind" in step ? step.kind : "code";
  };
  assert.equal(kindOf(answer(403, { error: { code: "deviceauth_authorization_unknown" } })), "pending");
  assert.equal(kindOf(answer(404)), "pending");
  assert.equal(kindOf(answer(400, { error: "deviceauth_authorization_pending" })), "pending");
  assert.equal(kindOf(answer(403, { error: "access_denied" })), "denied");
  assert.equal(kindOf(answer(403, { error: "expired_token" })), "expired");
  assert.equal(kindOf(answer(400, { error: "slow_down" })), "slow_down");
  assert.equal(kindOf(answer(500)), "unreachable");
  assert.equal(kindOf(answer(200, {})), "senseless");
  assert.equal(kindOf(answer(200, { authorization_code: "c", code_verifier: "v" })), "code");
  assert.equal(kindOf(answer(200, { authorization_code: "c\n", code_verifier: "v" })), "senseless");
});

test("MiniMax's form: the status decides, and a moment becomes a lifetime", () => {
  const minimax = (body: JsonObject) => statusIn(answer(200, body), [], NOW);
  assert.equal(minimax({ status: "pending" }).kind, "pending");
  assert.deepEqual(minimax({ status: "error", base_resp: { status_msg: "no plan" } }), {
    kind: "refused",
    message: "refused (no plan)",
  });
  const done = minimax({ status: "success", access_token: "fake", expired_in: NOW + 60_000 });
  assert.equal(done.kind === "tokens" && done.answer["expires_in"], 60);
  assert.equal(minimax({ status: "success" }).kind, "senseless");
});
