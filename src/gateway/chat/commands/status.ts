// /status: where this conversation stands.
import { shortDuration } from "../../../access/duration.ts";
import { formatModelRef } from "../../../core/model-ref.ts";
import { turnPlan } from "../../../core/session.ts";
import type { ChatCommand } from "./command.ts";

export const status: ChatCommand = {
  name: "status",
  summary: "version, model, profile, tokens and what runs",
  async run(_words, { gateway, live, session, defaults, chats, key, version }) {
    const { models, pin, sticky } = turnPlan(session, defaults);
    const id = pin ?? sticky;
    const profile = live.view.snapshot.profiles.find((each) => each.id === id);
    const { input, output, turns } = session.usage;
    const running = chats.active(key).length;
    return [
      `OpenClaw access ${version}, up ${shortDuration(gateway.now() - gateway.startedAt)}`,
      `Model: ${formatModelRef(models[0]!)}${session.model ? " (chosen)" : ""}`,
      ...(id ? [`Profile: ${id}${profile ? ` (${profile.type})` : " (gone)"}${pin ? ", pinned" : ""}`] : []),
      ...(models.length > 1 ? [`Fallbacks: ${models.slice(1).map(formatModelRef).join(", ")}`] : []),
      `Tokens: ${input} in, ${output} out, in ${turns} turn${turns === 1 ? "" : "s"}`,
      `Session: ${key} (${session.sessionId}), ${session.messages} messages`,
      `Queue: ${running === 0 ? "empty" : `${running} not answered yet`}`,
    ].join("\n");
  },
};
