// Names of agents, and the ids that are made of them (OpenClaw docs, "Agents"; fidelity spec §11).
import { AccessError } from "./errors.ts";
import type { AgentId } from "./ids.ts";

const LONGEST = 64;

/**
 * The id that a name stands for: `My Work!` → `my-work`. Empty when nothing of the name can be part of an id.
 */
export function agentIdOf(name: string): AgentId {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, LONGEST)
    .replace(/-+$/, "");
}

/** @throws AccessError `bad_input` for a name that makes no id, or that would draw on a terminal */
export function parseAgentName(text: string): { readonly id: AgentId; readonly name: string } {
  const name = text.trim();
  const id = agentIdOf(name);
  if (id !== "" && !/\p{Cc}/u.test(name)) return { id, name };
  throw new AccessError(
    "bad_input",
    `${JSON.stringify(text)} is no name for an agent. Use letters from a to z and digits, for example: work`,
  );
}
