// /model: which model and profile a conversation uses; to choose others.
import type { LiveAgent } from "../../../access/live-agent.ts";
import { formatModelRef, sameModelRef } from "../../../core/model-ref.ts";
import { choose, newSession, turnPlan } from "../../../core/session.ts";
import type { Choice } from "../../../core/session.ts";
import { listedModels, wantedIn } from "../choice.ts";
import { hasProfile } from "../session-models.ts";
import type { ChatCommand, CommandContext } from "./command.ts";
import { modelStatus } from "./model-status.ts";

export const model: ChatCommand = {
  name: "model",
  usage: "[list | status | default | <n> | <model>[@<profile>]]",
  summary: "show or choose the model and the profile of this conversation",
  async run(words, context) {
    const asked = words.trim();
    const word = asked.toLowerCase();
    if (word === "") return currentWords(context);
    if (word === "list") return modelList(context);
    if (word === "status") return modelStatus(context);
    if (word === "default" || word === "reset") {
      await changed(context, { model: null, profile: null });
      return `Model reset to default (${formatModelRef(context.defaults[0]!)}).`;
    }
    const { gateway, live, defaults, chats, key } = context;
    const wanted = wantedIn(asked, gateway.config(), live, chats.lists.last(key));
    // Without a profile: whichever is best, also when another one was pinned before.
    await changed(context, { model: wanted.model, profile: wanted.profile ?? null });
    const ref = formatModelRef(wanted.model);
    const isDefault = sameModelRef(wanted.model, defaults[0]!);
    const by = wanted.profile === undefined ? "" : ` Profile: ${wanted.profile}.`;
    return `${isDefault ? `Model reset to default (${ref}).` : `Model set to ${ref}.`}${by}`;
  },
};

/** Changes what a conversation uses from its next turn on. */
export async function changed(
  { sessions, agent, key, session, defaults, gateway, chats }: CommandContext,
  choice: Choice,
): Promise<void> {
  await sessions.update(agent, key, (stored) => ({
    session: {
      ...choose(stored ?? newSession(key, session.sessionId, gateway.now()), choice, defaults),
      updatedAt: gateway.now(),
    },
  }));
  await chats.foresee(key);
}

export function currentWords({ session, defaults, live }: CommandContext): string {
  const { models, pin, sticky } = turnPlan(session, defaults);
  const [first, ...others] = models.map(formatModelRef);
  const profile = pin ?? sticky;
  return [
    `Current: ${first}${session.model ? " (chosen)" : ""}`,
    ...(profile ? [`Profile: ${profile}${pin ? pinMark(pin, live) : ""}`] : []),
    ...(others.length > 0 ? [`Fallbacks: ${others.join(", ")}`] : []),
    "Switch: /model <n>, /model <provider/model>[@<profile>]",
    "More: /model list, /model status",
  ].join("\n");
}

/** A pin that is gone is refused by the next turn: who looks hears it before. */
const pinMark = (pin: string, live: LiveAgent): string =>
  hasProfile(live, pin) ? " (pinned)" : " (pinned, and gone)";

const MOST_LISTED = 40;

export function modelList({ gateway, live, session, defaults, chats, key }: CommandContext): string {
  const rows = listedModels(gateway.config(), live);
  chats.lists.show(
    key,
    rows.map(({ ref }) => ref),
  );
  const now = turnPlan(session, defaults).models[0]!;
  const lines = rows.slice(0, MOST_LISTED).map(({ ref, alias }, i) => {
    const marks = sameModelRef(ref, now) ? " ← current" : "";
    return `${i + 1}. ${formatModelRef(ref)}${alias ? ` (${alias})` : ""}${marks}`;
  });
  const more = rows.length - lines.length;
  return [
    "Models:",
    ...lines,
    ...(more > 0 ? [`… and ${more} more: openclaw models list`] : []),
    "Choose with /model <n>.",
  ].join("\n");
}
