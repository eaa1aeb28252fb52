// /stop: the answer that is under way, and all that wait behind it.
import type { ChatCommand } from "./command.ts";

export const stop: ChatCommand = {
  name: "stop",
  passing: true,
  summary: "stop the answer that is under way",
  async run(_words, { chats, key }) {
    const ended = chats.abort(key, "stop").length;
    return ended === 0
      ? "Nothing is running."
      : `Stopped ${ended === 1 ? "the answer" : `${ended} answers`}.`;
  },
};
