// Homes with secrets in every place where one can lie in plain text, and a plan that moves them all. The same number makes
// the same home.
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openDeps } from "../../src/access/open-deps.ts";
import { editConfig } from "../../src/config/edit.ts";
import { resolvePaths } from "../../src/config/paths.ts";
import type { Credential } from "../../src/core/credential.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";

export interface Expected {
  /** path in the config, or agent and profile */
  readonly place: string;
  readonly secret: string;
}

export interface GeneratedHome {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  readonly planFile: string;
  readonly expected: readonly Expected[];
  /** every secret that the plan moves */
  readonly secrets: readonly string[];
}

/** mulberry32 */
function random(seed: number): () => number {
  let state = seed * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const VAULT = `#!/bin/sh
read question
exec "$NODE" -e '
  const { ids } = JSON.parse(process.argv[1]);
  const all = JSON.parse(require("node:fs").readFileSync(process.argv[2], "utf8"));
  const values = Object.fromEntries(ids.map((id) => [id, all[id]]));
  console.log(JSON.stringify({ protocolVersion: 1, values }));
' "$question" "$1"
`;

/** Providers that no variable of the machine belongs to. */
const OF_CONFIG = ["acme", "brass", "cedar.works"];
const OF_STORES = ["delta", "ember", "openai", "mistral"];
const VARIABLES: Readonly<Record<string, string>> = { openai: "OPENAI_API_KEY", mistral: "MISTRAL_API_KEY" };
/** Characters that texts, JSON and databases write in ways of their own. */
const ODD = ['a"b', "back\\slash", "ümlaut", "per%cent", "sla/sh", "<&>"];

export async function generateHome(seed: number): Promise<GeneratedHome> {
  const path = mkdtempSync(join(tmpdir(), "apply-"));
  const next = random(seed);
  const chance = (share: number) => next() < share;
  const pick = <T>(all: readonly T[]): T => all[Math.floor(next() * all.length)]!;
  let count = 0;
  const newSecret = () =>
    `fake-${seed}-${++count}-${chance(0.2) ? pick(ODD) : "plain"}-${Math.floor(next() * 1e9).toString(36)}-secret`;
  const state = (file: string) => join(path, ".openclaw", file);
  const write = (file: string, text: string, mode = 0o600) => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, text, { mode });
    chmodSync(file, mode);
  };
  const env: Record<string, string> = {};
  const keys: Record<string, string> = { "already there": "fake-of-nobody" };
  const vault: Record<string, string> = {};
  const singles: Record<string, unknown> = {};
  const expected: Expected[] = [];
  const targets: object[] = [];
  const secrets: string[] = [];
  const refFor = (secret: string) => {
    const n = ++count;
    const kind = pick(["env", "file", "fill", "single", "exec"]);
    if (kind === "env") {
      env[`SECRET_${n}`] = secret;
      return { source: "env", provider: "default", id: `SECRET_${n}` };
    }
    if (kind === "exec") {
      vault[`team/${n}`] = secret;
      return { source: "exec", provider: "vault", id: `team/${n}` };
    }
    if (kind === "single") {
      write(join(path, `single-${n}`), `${secret}\n`);
      singles[`single_${n}`] = { source: "file", path: join(path, `single-${n}`), mode: "singleValue" };
      return { source: "file", provider: `single_${n}`, id: "value" };
    }
    if (kind === "file") keys[`k/${n}`] = secret;
    return { source: "file", provider: "keys", id: kind === "file" ? `/k~1${n}` : `/filled/${n}` };
  };
  const move = (target: object, place: string, secret: string) => {
    targets.push({ ...target, ref: refFor(secret) });
    expected.push({ place, secret });
    secrets.push(secret);
  };

  const providers: Record<string, object> = {};
  for (const id of OF_CONFIG.filter(() => chance(0.8))) {
    const apiKey = newSecret();
    const token = chance(0.5) ? newSecret() : undefined;
    const base = { baseUrl: "http://127.0.0.1:9/v1", api: "openai-completions", models: [] };
    providers[id] = {
      ...base,
      apiKey,
      ...(token && { headers: { "x-team-token": token, "x-team": "blue" } }),
    };
    const at = `models.providers.${id}`;
    move({ type: "models.providers.apiKey", path: `${at}.apiKey`, providerId: id }, `${at}.apiKey`, apiKey);
    const header = `${at}.headers.x-team-token`;
    if (token)
      move(
        {
          type: "models.providers.*.headers.*",
          path: header,
          pathSegments: ["models", "providers", ...(id.includes(".") ? [] : [id]), "headers", "x-team-token"],
        },
        header,
        token,
      );
    if (token && id.includes(".")) delete (targets.at(-1) as { pathSegments?: unknown }).pathSegments;
  }
  const gatewayToken = newSecret();
  const hasGateway = chance(0.5);
  if (hasGateway)
    move({ type: "gateway.auth.token", path: "gateway.auth.token" }, "gateway.auth.token", gatewayToken);
  const config = {
    agents: { list: [{ id: "main" }, { id: "ada" }, { id: "bob" }] },
    models: { providers },
    secrets: { providers: { keys: { source: "file", path: "~/keys.json" } } },
    ...(hasGateway && { gateway: { auth: { token: gatewayToken } } }),
  };
  write(state("openclaw.json"), `// of a person, who comments\n${JSON.stringify(config, null, 2)}\n`);
  const paths = resolvePaths({}, path);
  for (let n = 0; n < Math.floor(next() * 4); n++)
    await editConfig(paths, [{ path: ["agents", "defaults", "workspace"], value: `/w/${n}` }], {
      now: Date.now(),
      version: "0.0.0-test",
      note: { change: `edit-${n}`, because: "config set" },
    });

  const store = openSqliteStore({ paths, now: Date.now });
  const dotenv = ["# kept", "FOO=bar"];
  for (const agent of ["main", "ada", "bob"]) {
    for (const provider of OF_STORES.filter(() => chance(0.6))) {
      const id = `${provider}:${pick(["default", "me@example.com"])}`;
      const secret = newSecret();
      const type = chance(0.7) ? "api_key" : "token";
      const credentialOf = (text: string) =>
        ({ type, provider, [type === "token" ? "token" : "key"]: text }) as unknown as Credential;
      for (const [n, text] of [...(chance(0.5) ? [newSecret()] : []), secret].entries())
        await store.update(
          agent,
          { profiles: [id] },
          () => ({ profiles: new Map([[id, credentialOf(text)]]) }),
          {
            change: `${agent}-${provider}-${n}`,
            because: "models auth paste-api-key",
          },
        );
      const field = type === "token" ? "token.token" : "api_key.key";
      const place = { path: `profiles.${id}.${field.split(".")[1]}`, agentId: agent };
      move({ type: `auth-profiles.${field}`, ...place }, `profile ${id} of ${agent}`, secret);
      const variable = VARIABLES[provider];
      if (agent === "main" && variable && chance(0.6) && !/["\\#]/.test(secret))
        dotenv.push(`${chance(0.5) ? "export " : ""}${variable}="${secret}"`);
      if (chance(0.4))
        write(
          join(paths.agentDir(agent), "models.json"),
          JSON.stringify(
            { providers: { [provider]: { apiKey: secret, baseUrl: "http://127.0.0.1:9/v1" } } },
            null,
            1,
          ),
        );
      if (chance(0.4))
        write(
          join(paths.agentDir(agent), `auth-profiles.json.sqlite-import.${1e12 + count}.bak`),
          JSON.stringify({ version: 1, profiles: { [id]: { type, provider, key: secret } } }),
        );
      if (chance(0.3))
        write(
          join(paths.agentDir(agent), "auth-profiles.json"),
          JSON.stringify({ version: 1, profiles: { [id]: { type, provider, key: secret } } }),
        );
    }
  }
  await store.close();
  write(state(".env"), `${dotenv.join("\n")}\n`);
  write(join(path, "keys.json"), JSON.stringify(keys));
  write(join(path, "vault.json"), JSON.stringify(vault));
  write(join(path, "vault.sh"), VAULT, 0o700);
  const node = { NODE: process.execPath };
  const vaultBlock = {
    source: "exec",
    command: join(path, "vault.sh"),
    args: [join(path, "vault.json")],
    env: node,
    timeoutMs: 60_000,
  };
  const planFile = join(path, "plan.json");
  const plan = {
    version: 1,
    protocolVersion: 1,
    providerUpserts: { vault: vaultBlock, ...singles },
    targets,
    options: { fillFiles: true },
  };
  write(planFile, JSON.stringify(plan));
  return { path, env, planFile, expected, secrets };
}

export const depsOf = ({ path, env }: Pick<GeneratedHome, "path" | "env">) =>
  openDeps({ processEnv: { ...env, HOME: path }, now: Date.now, version: "0.0.0-test", osHome: path });

export const removeHome = ({ path }: GeneratedHome): void => rmSync(path, { recursive: true, force: true });

/** Files of the state dir in which one of the texts stands, however JSON writes it. */
export function filesWith({ path }: GeneratedHome, texts: readonly string[]): string[] {
  const folder = join(path, ".openclaw");
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => {
    const at = join(folder, file);
    if (!statSync(at).isFile()) return false;
    const content = readFileSync(at);
    return texts.some(
      (text) => content.includes(text) || content.includes(JSON.stringify(text).slice(1, -1)),
    );
  });
}
