// What a person reads: the whole text of one rich report, wide and narrow, and single lines of others.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type {
  AuthReport,
  ProfileHealthRow,
  ProviderRow,
  StatusReport,
  UnusableRow,
} from "../../access/status-report.ts";
import { renderStatus } from "./status.ts";

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const STORE = "/home/ada/.openclaw/agents/main/agent/openclaw-agent.sqlite";
const STORE_SHORT = "~/.openclaw/agents/main/agent/openclaw-agent.sqlite";

const profile = (
  profileId: string,
  type: ProfileHealthRow["type"],
  more: Partial<ProfileHealthRow> & Pick<ProfileHealthRow, "status">,
): ProfileHealthRow => ({
  profileId,
  provider: profileId.split(":")[0]!,
  type,
  source: "store",
  label: profileId,
  ...more,
});

const bar = (profileId: string, more: Partial<UnusableRow>): UnusableRow => ({
  profileId,
  provider: profileId.split(":")[0]!,
  kind: "cooldown",
  reason: "rate_limit",
  until: 0,
  remainingMs: 25_000,
  ...more,
});

const stored = (provider: string, labels: readonly string[], detail = STORE_SHORT): ProviderRow => ({
  provider,
  effective: { kind: "profiles", detail },
  profiles: { count: labels.length, oauth: 0, token: 0, apiKey: labels.length, labels },
});

function report(auth: Partial<AuthReport>, more: Partial<StatusReport> = {}): StatusReport {
  return {
    configPath: "/home/ada/.openclaw/openclaw.json",
    agentDir: "/home/ada/.openclaw/agents/main/agent",
    defaultModel: "acme/m1",
    resolvedDefault: "acme/m1",
    fallbacks: [],
    imageModel: null,
    imageFallbacks: [],
    aliases: {},
    allowed: [],
    warnings: [],
    todo: [],
    ...more,
    auth: {
      storePath: STORE,
      shellEnvFallback: { enabled: false, appliedKeys: [] },
      providersWithOAuth: [],
      missingProvidersInUse: [],
      runtimeAuthRoutes: [],
      providers: [],
      unusableProfiles: [],
      oauth: { warnAfterMs: DAY, profiles: [], providers: [] },
      ...auth,
    },
  };
}

/** A report of one provider with these profiles. */
function withProfiles(profiles: readonly ProfileHealthRow[], unusableProfiles: UnusableRow[] = []) {
  const provider = profiles[0]!.provider;
  const labels = profiles.map(({ profileId }) => `${profileId}=sk-a...wxyz [cooldown 1m]`);
  const row = { provider, status: profiles[0]!.status, profiles, effectiveProfiles: profiles };
  return report({
    providers: [stored(provider, labels)],
    unusableProfiles,
    oauth: { warnAfterMs: DAY, profiles, providers: [row] },
  });
}

const RICH = report(
  {
    shellEnvFallback: { enabled: true, appliedKeys: ["XAI_API_KEY"] },
    missingProvidersInUse: ["google"],
    providers: [
      stored("acme", ["acme:a=sk-a...wxyz", "acme:b=sk-b...wxyz"]),
      {
        ...stored("beta", []),
        effective: { kind: "env", detail: "beta...wxyz" },
        env: { value: "beta...wxyz", source: "env: BETA_API_KEY" },
      },
    ],
    unusableProfiles: [bar("acme:b", { kind: "disabled", reason: "billing", remainingMs: 5 * HOUR })],
    oauth: {
      warnAfterMs: DAY,
      profiles: [],
      providers: [
        {
          provider: "acme",
          status: "static",
          profiles: [
            profile("acme:a", "api_key", { status: "static" }),
            profile("acme:b", "api_key", { status: "static" }),
          ],
          effectiveProfiles: [
            profile("acme:a", "api_key", { status: "static" }),
            profile("acme:b", "api_key", { status: "static" }),
          ],
        },
      ],
    },
  },
  {
    fallbacks: ["google/gemini-3-pro"],
    aliases: { fast: "acme/m1" },
    allowed: ["acme/m1"],
    todo: [
      {
        provider: "google",
        problem: "no credential",
        remedy: "openclaw models auth paste-api-key --provider google",
        otherwise: "or set GEMINI_API_KEY",
      },
    ],
  },
);

const WIDE = `\
Config                 /home/ada/.openclaw/openclaw.json
Agent dir              /home/ada/.openclaw/agents/main/agent
Default                acme/m1
Fallbacks (1)          google/gemini-3-pro
Image model            -
Image fallbacks (0)    -
Aliases (1)            fast → acme/m1
Configured models (1)  acme/m1

Auth overview
  Auth store                   /home/ada/.openclaw/agents/main/agent/openclaw-agent.sqlite
  Shell env                    on (XAI_API_KEY)
  Providers with OAuth/tokens  -
  acme  ok  profiles: 2 API keys
  beta  ok  env: beta...wxyz from BETA_API_KEY

Missing auth
  google  no credential  openclaw models auth paste-api-key --provider google  or set GEMINI_API_KEY

OAuth/token status
  acme
    acme:a  sk-a...wxyz  ok
    acme:b  sk-b...wxyz  ok; disabled for 5 hours (out of credit)`;

const NARROW = `\
Config
    /home/ada/.openclaw/openclaw.json
Agent dir
    /home/ada/.openclaw/agents/main/agent
Default  acme/m1
Fallbacks (1)  google/gemini-3-pro
Image model  -
Image fallbacks (0)  -
Aliases (1)  fast → acme/m1
Configured models (1)  acme/m1

Auth overview
  Auth store
      /home/ada/.openclaw/agents/main/agent/openclaw-agent.sqlite
  Shell env  on (XAI_API_KEY)
  Providers with OAuth/tokens  -
  acme  ok  profiles: 2 API keys
  beta  ok
      env: beta...wxyz from BETA_API_KEY

Missing auth
  google  no credential
      openclaw models auth paste-api-key --provider google
      or set GEMINI_API_KEY

OAuth/token status
  acme
    acme:a  sk-a...wxyz  ok
    acme:b  sk-b...wxyz
        ok; disabled for 5 hours (out of
        credit)`;

const PLAIN = { columns: Infinity, colors: false };

describe("the whole text", () => {
  test("a pipe and a wide terminal", () => {
    assert.equal(renderStatus(RICH, PLAIN), WIDE);
    assert.equal(renderStatus(RICH, { columns: 110, colors: false }), WIDE);
  });
  test("forty columns", () => assert.equal(renderStatus(RICH, { columns: 40, colors: false }), NARROW));

  test("colours add nothing but colours", () => {
    const colored = renderStatus(RICH, { columns: 110, colors: true });
    assert.ok(colored.includes("\u001B[31mno credential\u001B[39m"));
    // oxlint-disable-next-line no-control-regex
    assert.equal(colored.replaceAll(/\u001B\[\d+m/g, ""), WIDE);
  });
});

describe("what is said of a profile", () => {
  const cases: readonly (readonly [string, ProfileHealthRow, UnusableRow[], RegExp])[] = [
    ["a key", profile("acme:a", "api_key", { status: "static" }), [], /acme:a +sk-a\.\.\.wxyz +ok$/m],
    ["a token without expiry", profile("acme:a", "token", { status: "static" }), [], /ok, no expiry$/m],
    [
      "a far token",
      profile("acme:a", "token", { status: "ok", remainingMs: 9 * DAY }),
      [],
      /ok, expires in 9 days$/m,
    ],
    [
      "soon",
      profile("acme:a", "token", { status: "expiring", remainingMs: 40 * MINUTE }),
      [],
      /expiring in 40 minutes$/m,
    ],
    [
      "past",
      profile("acme:a", "oauth", { status: "expired", remainingMs: -3 * DAY }),
      [],
      /expired 3 days ago$/m,
    ],
    ["past, not known when", profile("acme:a", "token", { status: "expired" }), [], /expired$/m],
    [
      "empty",
      profile("acme:a", "api_key", { status: "missing", reasonCode: "missing_credential" }),
      [],
      /empty$/m,
    ],
    [
      "no time",
      profile("acme:a", "token", { status: "missing", reasonCode: "invalid_expires" }),
      [],
      /unusable: its expiry/,
    ],
    [
      "no such variable",
      profile("acme:a", "api_key", { status: "static", problem: "unresolved_ref" }),
      [],
      /unusable: what it refers to/,
    ],
    [
      "one model cools",
      profile("acme:a", "api_key", { status: "static" }),
      [bar("acme:a", { model: "m1" })],
      /ok; cooling down for 25 seconds \(rate limited, only m1\)$/m,
    ],
    [
      "two bars",
      profile("acme:a", "api_key", { status: "static" }),
      [bar("acme:a", {}), bar("acme:a", { reason: "overloaded" })],
      /\(rate limited\); cooling down for 25 seconds \(provider overloaded\)$/m,
    ],
    [
      "a reason nobody knows",
      profile("acme:a", "api_key", { status: "static" }),
      [bar("acme:a", { reason: "moon" })],
      /\(moon\)$/m,
    ],
  ];
  for (const [what, row, bars, line] of cases)
    test(what, () => assert.match(renderStatus(withProfiles([row], bars), PLAIN), line));

  test("left out by the order", () => {
    const [used, other] = ["acme:a", "acme:b"].map((id) => profile(id, "api_key", { status: "static" }));
    const found = withProfiles([used!, other!]);
    const [row] = found.auth.oauth.providers;
    const oauth = { ...found.auth.oauth, providers: [{ ...row!, effectiveProfiles: [used!] }] };
    const text = renderStatus({ ...found, auth: { ...found.auth, oauth } }, PLAIN);
    assert.match(text, /acme:a .*ok$/m);
    assert.match(text, /acme:b .*ok; left out by the order$/m);
  });
});

describe("what is said of a provider", () => {
  const key = profile("acme:a", "api_key", { status: "static" });
  test("all its profiles are barred", () =>
    assert.match(
      renderStatus(withProfiles([key], [bar("acme:a", {})]), PLAIN),
      /^ {2}acme +barred +profiles/m,
    ));
  test("one model is barred", () =>
    assert.match(
      renderStatus(withProfiles([key], [bar("acme:a", { model: "m1" })]), PLAIN),
      /^ {2}acme +ok +/m,
    ));
  test("its credentials are main's", () => {
    const found = report({
      storePath: "/home/ada/.openclaw/agents/work/agent/openclaw-agent.sqlite",
      providers: [stored("acme", ["acme:a=sk"])],
    });
    assert.match(
      renderStatus(found, PLAIN),
      /acme +ok +profiles: 1 API key in ~\/\.openclaw\/agents\/main\//,
    );
  });
});

test("names cannot steer the terminal", () => {
  const evil = profile("acme:\u001B[2J\u0007\nx", "api_key", { status: "static" });
  const text = renderStatus(withProfiles([evil]), PLAIN);
  assert.doesNotMatch(text.replaceAll("\n", ""), /\p{Cc}/u);
  assert.match(text, /acme:\uFFFD\[2J\uFFFD x/);
});
