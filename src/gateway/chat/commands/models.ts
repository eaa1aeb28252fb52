// /models: what is configured, to choose from.
import type { ChatCommand } from "./command.ts";
import { modelList } from "./model.ts";

export const models: ChatCommand = {
  name: "models",
  summary: "list the configured models, numbered for /model <n>",
  run: async (_words, context) => modelList(context),
};
