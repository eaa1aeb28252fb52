// What doctor looks at, as values: config, stores and files of one state dir as of one moment. Checks judge it
// and say how it should be; nothing here touches the disk.
import type { BrokenRef } from "../access/secret-refs.ts";
import type { Config, ConfigIssue } from "../config/config.ts";
import { configOf } from "../config/load.ts";
import type { Credential } from "../core/credential.ts";
import type { Health } from "../core/health.ts";
import type { AgentId, ProfileId, ProviderId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import type { LoginFacts } from "../store/store.ts";

export interface World {
  /** ms since epoch */
  readonly now: number;
  readonly agents: ReadonlyMap<AgentId, AgentWorld>;
  readonly config: ConfigWorld;
  /** Files of former versions that are still there. */
  readonly files: readonly LegacyFile[];
  /** Files and folders that hold credentials. */
  readonly modes: readonly FileMode[];
  readonly env: EnvWorld;
  /** References that cannot be had; absent when nobody looked. */
  readonly refs?: readonly BrokenRef[];
  /** names in `funding` of access.json */
  readonly funding?: readonly string[];
  /** `path`: of access.json; a sentence for each plugin that does not work */
  readonly plugins: { readonly path: string; readonly warnings: readonly string[] };
}

export interface AgentWorld {
  readonly id: AgentId;
  readonly dir: string;
  readonly database: string;
  /** Why the database, or a row in it, cannot be used: nothing is written to it then. */
  readonly fault?: string;
  /** in row order */
  readonly profiles: ReadonlyMap<ProfileId, Credential>;
  /** Entries of the row that name a route and no credential: `type: "aws-sdk"`. */
  readonly markers: ReadonlyMap<ProfileId, ProviderId>;
  readonly order: ReadonlyMap<ProviderId, readonly ProfileId[]>;
  readonly lastGood: ReadonlyMap<ProviderId, ProfileId>;
  readonly health: ReadonlyMap<ProfileId, Health>;
  /** What is known of OAuth logins besides their rows. */
  readonly logins?: ReadonlyMap<ProfileId, LoginFacts>;
  readonly warnings: readonly string[];
}

export interface ConfigWorld {
  readonly path: string;
  readonly document: JsonObject;
  /** absent when the file cannot be used */
  readonly usable?: Config;
  readonly issues: readonly ConfigIssue[];
}

export type LegacyKind = "auth-profiles" | "auth-state" | "auth" | "oauth";

export interface LegacyFile {
  readonly path: string;
  readonly kind: LegacyKind;
  /** whose store it belongs into */
  readonly agent: AgentId;
  /** absent when it is no JSON object */
  readonly document?: JsonObject;
  /** Why there is no document: "is not a regular file". */
  readonly fault?: string;
}

export interface FileMode {
  readonly path: string;
  /** permission bits */
  readonly mode: number;
}

export interface EnvWorld {
  readonly values: Readonly<Record<string, string | undefined>>;
  /** Variables that a gateway sees too, wherever it is started from; `undefined`: it asks the login shell. */
  readonly everywhere: ReadonlySet<string> | undefined;
}

export const withAgent = (world: World, agent: AgentWorld): World => ({
  ...world,
  agents: new Map(world.agents).set(agent.id, agent),
});

/** @throws AccessError `config_invalid` when such a file could not be used */
export const withDocument = (world: World, document: JsonObject): World => ({
  ...world,
  config: { ...world.config, document, usable: configOf(world.config.path, document) },
});

export const withoutFile = (world: World, file: LegacyFile): World => ({
  ...world,
  files: world.files.filter(({ path }) => path !== file.path),
});
