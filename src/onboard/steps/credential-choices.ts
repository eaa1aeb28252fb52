// The ways to models that are offered, best first, in words. Pure.
import type { Choice } from "../../access/login/talk.ts";
import type { Draft } from "../draft.ts";
import type { Proposal } from "../propose.ts";
import { proposals } from "../propose.ts";
import type { Wizard } from "./step.ts";

export type Answer = Proposal | "custom" | "stored" | "done";

export const questionOf = ({ sources }: Draft): string =>
  sources.length === 0 ? "How are models to be reached?" : "What else?";

export function choices({ found }: Pick<Wizard, "found">, { sources }: Draft): Choice<Answer>[] {
  const taken = new Set(sources.map(({ source }) => source.label));
  const stored: Choice<Answer>[] =
    found.stored.length > 0 && sources.length === 0
      ? [{ value: "stored", label: "By what is stored already", hint: storedWords(found.stored.length) }]
      : [];
  return [
    ...stored,
    ...proposals(found)
      .filter((proposal) => !taken.has(labelOf(proposal)))
      .map((value) => ({ value, label: labelOf(value), ...hintOf(value) })),
    { value: "custom", label: "A server of yours", hint: "by its address: OpenAI- or Anthropic-compatible" },
    { value: "done", label: sources.length === 0 ? "Not now" : "Nothing else" },
  ];
}

const storedWords = (count: number): string => `${count} ${count === 1 ? "credential" : "credentials"}`;

function labelOf(proposal: Proposal): string {
  switch (proposal.kind) {
    case "program":
      return proposal.found.target.login.label;
    case "key":
      return `${proposal.found.provider.label}: ${proposal.found.variable} of ${proposal.found.everywhere ? ".env" : "this shell"}`;
    case "server":
      return `${proposal.found.provider.label} at ${proposal.found.url}`;
    case "paste":
      return "Paste an API key";
    case "login":
      return "Another way to log in";
  }
}

function hintOf(proposal: Proposal): { hint?: string } {
  if (proposal.kind === "program") {
    const { credential } = proposal.found.obtained;
    return {
      hint: credential.type === "oauth" && credential.email ? credential.email : "found on this machine",
    };
  }
  if (proposal.kind === "server") return { hint: `${proposal.found.models.length} models` };
  return {};
}
