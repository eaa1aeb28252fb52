// What is told becomes a step of its own, ahead of the next question: clients of OpenClaw's wizard show steps alone.
import type { Talk } from "../../access/login/talk.ts";
import type { Dialog } from "./dialog.ts";

export function notedTalk(talk: Talk, dialog: Dialog): Talk {
  let told: string[] = [];
  const read = async (until?: AbortSignal): Promise<void> => {
    const words = told.join("\n");
    told = [];
    if (words !== "") await dialog.acknowledge(words, until);
  };
  return {
    ...talk,
    notify(text) {
      told.push(text);
      talk.notify(text);
    },
    async secret(question, check, until) {
      await read(until);
      return await talk.secret(question, check, until);
    },
    async text(question, initial, check) {
      await read();
      return await talk.text(question, initial, check);
    },
    async choose(question, choices) {
      await read();
      return await talk.choose(question, choices);
    },
    async chooseMany(question, choices, initial) {
      await read();
      return await talk.chooseMany(question, choices, initial);
    },
    async confirm(question, initial) {
      await read();
      return await talk.confirm(question, initial);
    },
  };
}
