// What this machine has that models can be reached with. Looked at side by side; nothing is written, and no key is
// sent anywhere.
import type { Target } from "../access/login/choose.ts";
import type { Obtained } from "../access/login/flow.ts";
import { loadFlow } from "../access/login/flow.ts";
import { seatOf } from "../access/login/seat.ts";
import type { Talk } from "../access/login/talk.ts";
import { askForModels, listAddress } from "../access/model-question.ts";
import { openForAgent } from "../access/model-list.ts";
import type { CommandDeps } from "../access/open-deps.ts";
import { readView } from "../access/read-view.ts";
import { writtenEnvironment } from "../config/environment.ts";
import { AccessError } from "../core/errors.ts";
import type { AgentId, ProfileId, ProviderId } from "../core/ids.ts";
import { findProvider, PROVIDERS } from "../providers/all.ts";
import { environmentKeys } from "../providers/env-keys.ts";
import { loginsOf } from "../providers/logins.ts";
import { LOCAL_SERVERS } from "../providers/model-lists.ts";
import type { Provider } from "../providers/provider.ts";
import type { FoundKey } from "./sources.ts";

export interface FoundProgram {
  readonly program: "claude" | "codex";
  readonly target: Target;
  readonly obtained: Obtained;
}

export interface FoundServer {
  readonly provider: Provider;
  readonly url: string;
  readonly models: readonly string[];
}

export interface Found {
  /** A person sits in front of it, or it is one that serves. */
  readonly host: "laptop" | "daemon";
  readonly keys: readonly FoundKey[];
  readonly programs: readonly FoundProgram[];
  readonly servers: readonly FoundServer[];
  /** what the agent can use already */
  readonly stored: readonly { readonly id: ProfileId; readonly provider: ProviderId }[];
  /** The store is sealed already. */
  readonly sealed: boolean;
  /** as configured */
  readonly defaultModel?: string;
  /** variables that could not be read, in a sentence each */
  readonly warnings: readonly string[];
  /** stores that cannot be read, in a sentence each */
  readonly unreadable: readonly string[];
}

/** Long enough for a server on this machine. */
const PATIENCE_MS = 1500;

/** @throws AccessError `config_invalid` */
export async function lookAround(deps: CommandDeps, agent: AgentId): Promise<Found> {
  const config = deps.config();
  const [view, programs, servers] = await Promise.all([
    readView(deps, agent, "facts"),
    findPrograms(deps, agent),
    findServers(deps, agent),
  ]);
  const stored = view.stored.map(({ id, credential }) => ({ id, provider: credential.provider }));
  const { primary } = config.defaultModel;
  return {
    host: seatOf(deps.env()) === "here" ? "laptop" : "daemon",
    keys: findKeys(deps, new Set(stored.map(({ provider }) => provider))),
    programs: programs.filter(({ obtained }) => !stored.some(({ id }) => id === obtained.profileId)),
    servers,
    stored,
    sealed: view.stored.some(({ unopened }) => unopened !== undefined),
    ...(primary === undefined ? {} : { defaultModel: primary }),
    warnings: deps.environment().warnings,
    unreadable: view.unreadable,
  };
}

/** Tokens that people have for other things: they are no sign of a subscription. */
const FOR_OTHER_THINGS = new Set(["GH_TOKEN", "GITHUB_TOKEN"]);

function findKeys(deps: CommandDeps, have: ReadonlySet<ProviderId>): FoundKey[] {
  const written = writtenEnvironment({}, deps.paths(), deps.config());
  const taken = new Set<string>();
  const found = PROVIDERS.filter(({ id }) => !have.has(id)).flatMap((provider): FoundKey[] => {
    const [key] = environmentKeys(provider, deps.env());
    if (!key || FOR_OTHER_THINGS.has(key.variable)) return [];
    const { variable, value } = key;
    return [{ provider, variable, value, everywhere: Boolean(written[variable]?.trim()) }];
  });
  // A variable that several providers read is offered once: to the one that names it first, if one does.
  return found
    .toSorted((a, b) => rank(a) - rank(b))
    .filter(({ variable }) => !taken.has(variable) && taken.add(variable));
}

/** How far back a provider names the variable. */
function rank({ provider, variable }: FoundKey): number {
  const at = provider.env.indexOf(variable);
  return at < 0 ? provider.env.length : at;
}

const PROGRAMS = [
  ["claude", "anthropic"],
  ["codex", "openai"],
] as const;

async function findPrograms(deps: CommandDeps, agent: AgentId): Promise<FoundProgram[]> {
  const found = await Promise.all(
    PROGRAMS.map(async ([program, id]): Promise<FoundProgram[]> => {
      const provider = findProvider(id)!;
      const logins = loginsOf(provider);
      const login = logins.find((each) => each.program === program)!;
      const target = { provider, logins, login };
      const flow = await loadFlow(id, login, logins);
      const about = { deps, provider: id, label: provider.label, login, talk: SILENT, agent, force: false };
      try {
        const obtained = await flow(about);
        return "route" in obtained ? [] : [{ program, target, obtained }];
      } catch (error) {
        // Not there, or logged out: nothing to offer.
        if (error instanceof AccessError && error.code === "bad_input") return [];
        throw error;
      }
    }),
  );
  return found.flat();
}

const unasked = async (): Promise<never> => {
  throw new AccessError("bad_input", "Nobody is asked here.");
};

/** A look is no conversation. */
const SILENT: Talk = {
  silent: true,
  secret: unasked,
  text: unasked,
  choose: unasked,
  chooseMany: unasked,
  confirm: unasked,
  notify: () => undefined,
  wait: (work) => work(new AbortController().signal),
};

async function findServers(deps: CommandDeps, agent: AgentId): Promise<FoundServer[]> {
  const { asker } = await openForAgent(deps, agent, undefined, "facts");
  const found = await Promise.all(
    LOCAL_SERVERS.map(async (id): Promise<FoundServer[]> => {
      const provider = findProvider(id);
      const address = listAddress(asker.config, id);
      if (!provider || !address) return [];
      const answer = await askForModels(asker, id, address, PATIENCE_MS);
      if (!("models" in answer) || answer.models.length === 0) return [];
      return [{ provider, url: new URL(address.url).origin, models: answer.models.map((model) => model.id) }];
    }),
  );
  return found.flat();
}
