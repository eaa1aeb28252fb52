// A home with a thousand secrets of every kind, all different and plainly fake, and where each of them belongs.
import { createHash, randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Paths } from "../../src/config/paths.ts";
import { resolvePaths } from "../../src/config/paths.ts";
import type { Credential } from "../../src/core/credential.ts";
import type { ClientKey } from "../../src/core/client-key.ts";
import { openClientKeyStore } from "../../src/store/client-keys.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";

export interface SeededHome {
  /** what runs has it as `HOME`; the state dir and what references name lie in it */
  readonly path: string;
  readonly paths: Paths;
  /** every secret, by its kind */
  readonly secrets: Readonly<Record<string, readonly string[]>>;
  readonly all: readonly string[];
  readonly token: string;
  remove(): void;
}

/** Providers that are called; each has a share of the keys. */
export const CALLED = ["p0", "p1", "p2", "p3"];

let serial = 0;
/** Every fifth has characters that are written otherwise in JSON and in an address. */
const fake = (kind: string): string =>
  `fake-${kind}-${(serial += 1)}-${randomBytes(15).toString("base64url")}${serial % 5 === 0 ? '/+="&\\x' : ""}`;
const fakeJwt = (kind: string): string => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part({ sub: fake(kind) })}.${randomBytes(32).toString("base64url")}`;
};
const several = (count: number, make: () => string): string[] => Array.from({ length: count }, make);

export async function seededHome(upstreamUrl: string): Promise<SeededHome> {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "secrets-")));
  const paths = resolvePaths({}, path);
  mkdirSync(paths.stateDir, { recursive: true, mode: 0o700 });
  const secrets = {
    apiKey: several(280, () => fake("key")),
    token: several(100, () => fake("token")),
    access: several(150, () => fakeJwt("access")),
    refresh: several(150, () => fake("refresh")),
    otherAgent: several(50, () => fake("second")),
    replaced: several(9, () => fake("former")),
    variable: several(50, () => fake("env")),
    configKey: several(20, () => fake("config")),
    configHeader: several(20, () => fake("header")),
    clientSecret: several(20, () => fake("client-secret")),
    inFile: several(60, () => fake("file")),
    fromProgram: several(40, () => fake("exec")),
    fromVariable: several(30, () => fake("ref")),
    clientKey: several(20, () => `ock_${randomBytes(32).toString("base64url")}`),
    gateway: [fake("gateway")],
  };
  writeConfig(path, paths, secrets, upstreamUrl);
  await writeStores(paths, secrets);
  const all = Object.values(secrets).flat();
  return {
    path,
    paths,
    secrets,
    all,
    token: secrets.gateway[0]!,
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

type Secrets = Record<
  | "apiKey"
  | "token"
  | "access"
  | "refresh"
  | "otherAgent"
  | "replaced"
  | "variable"
  | "configKey"
  | "configHeader"
  | "clientSecret"
  | "inFile"
  | "fromProgram"
  | "fromVariable"
  | "clientKey"
  | "gateway",
  string[]
>;

const byName = (values: readonly string[], name: string) =>
  Object.fromEntries(values.map((value, n) => [`${name}${n}`, value]));

function writeConfig(home: string, paths: Paths, secrets: Secrets, url: string): void {
  const provider = (more: object = {}) => ({
    baseUrl: `${url}/v1`,
    api: "openai-completions",
    models: [{ id: "m1", name: "m1" }],
    ...more,
  });
  const providers = Object.fromEntries([
    ...CALLED.map((id) => [id, provider()]),
    ...secrets.configKey.map((apiKey, n) => [
      `c${n}`,
      provider({ apiKey, headers: { Authorization: `Bearer ${secrets.configHeader[n]}` } }),
    ]),
  ]);
  const file = join(paths.stateDir, "keys.json");
  const program = join(home, "vault");
  const values = byName(secrets.fromProgram, "x");
  writeFileSync(file, JSON.stringify(byName(secrets.inFile, "f")), { mode: 0o600 });
  const answer = JSON.stringify({ protocolVersion: 1, values }).replaceAll("'", String.raw`'\''`);
  writeFileSync(program, `#!/bin/sh\ncat >/dev/null\nprintf '%s' '${answer}'\n`);
  chmodSync(program, 0o700);
  const config = {
    agents: { defaults: { model: { primary: "p0/m1" } }, list: [{ id: "main" }, { id: "second" }] },
    gateway: { auth: { mode: "token", token: secrets.gateway[0] } },
    logging: { level: "debug" },
    models: { providers },
    secrets: {
      providers: {
        keys: { source: "file", path: "~/.openclaw/keys.json" },
        vault: { source: "exec", command: program, passEnv: ["PATH"] },
      },
    },
  };
  writeFileSync(paths.configPath, JSON.stringify(config, null, 2), { mode: 0o600 });
  const oauth = Object.fromEntries(
    secrets.clientSecret.map((clientSecret, n) => [`o${n}`, { clientSecret }]),
  );
  writeFileSync(paths.accessConfigPath, JSON.stringify({ gateway: { maxWaitMs: 0 }, oauth }), {
    mode: 0o600,
  });
  const variables = {
    ...byName(secrets.variable, "P3_API_KEY_"),
    ...byName(secrets.fromVariable, "SEEDED_"),
  };
  const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'`);
  writeFileSync(paths.dotenvPath, `${lines.join("\n")}\n`, { mode: 0o600 });
}

async function writeStores(paths: Paths, secrets: Secrets): Promise<void> {
  const store = openSqliteStore({ paths, now: Date.now, agents: () => ["main", "second"] });
  const put = (agent: string, profiles: Map<string, Credential>) =>
    store.update(agent, { profiles: [...profiles.keys()] }, () => ({ profiles }), {
      change: `seed-${(serial += 1)}`,
      because: "test",
    });
  const idOf = (kind: string, n: number): [string, string] => {
    const provider = CALLED[n % CALLED.length]!;
    return [`${provider}:${kind}${n}`, provider];
  };
  const keys = (values: readonly string[], kind: string) =>
    new Map<string, Credential>(
      values.map((key, n) => {
        const [id, provider] = idOf(kind, n);
        return [id, { type: "api_key", provider, key }];
      }),
    );
  const ref = (source: "file" | "exec" | "env", provider: string, id: string) => ({ source, provider, id });
  await put("main", keys(secrets.replaced, "key"));
  await put(
    "main",
    new Map<string, Credential>([
      ...keys(secrets.apiKey, "key"),
      ...secrets.token.map((token, n): [string, Credential] => {
        const [id, provider] = idOf("token", n);
        return [id, { type: "token", provider, token }];
      }),
      // Nobody knows where a login of these could be refreshed: none is asked for.
      ...secrets.access.map((access, n): [string, Credential] => {
        const refresh = secrets.refresh[n]!;
        return [
          `p0:login${n}`,
          { type: "oauth", provider: "p0", access, refresh, expires: Date.now() + 9e8 },
        ];
      }),
      ...secrets.inFile.map((_, n): [string, Credential] => {
        const [id, provider] = idOf("file", n);
        return [id, { type: "api_key", provider, keyRef: ref("file", "keys", `/f${n}`) }];
      }),
      ...secrets.fromProgram.map((_, n): [string, Credential] => {
        const [id, provider] = idOf("exec", n);
        return [id, { type: "token", provider, tokenRef: ref("exec", "vault", `x${n}`) }];
      }),
      ...secrets.fromVariable.map((_, n): [string, Credential] => {
        const [id, provider] = idOf("env", n);
        return [id, { type: "api_key", provider, keyRef: ref("env", "default", `SEEDED_${n}`) }];
      }),
    ]),
  );
  await put("second", keys(secrets.otherAgent, "key"));
  await store.close();
  const clientKeys = openClientKeyStore(paths.globalDir);
  await clientKeys.update(() => secrets.clientKey.map(clientKeyOf));
  await clientKeys.close();
}

const clientKeyOf = (text: string, n: number): ClientKey => ({
  id: `key${n}`,
  name: `client${n}`,
  digest: createHash("sha256").update(text).digest("base64url"),
  createdAt: 1,
  limits: {},
});
