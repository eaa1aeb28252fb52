// Every command: what you type is the file you open. A command's file is loaded when it is typed.
import type { CommandGroup } from "./command-tree.ts";
import { agents } from "./commands/agents/group.ts";
import { config } from "./commands/config/group.ts";
import { gateway } from "./commands/gateway/group.ts";
import { models } from "./commands/models/group.ts";
import { secrets } from "./commands/secrets/group.ts";

export const COMMANDS: CommandGroup = {
  brief: "Model credentials in one place, healthy, and every call on the right one",
  entries: {
    models,
    gateway,
    agents,
    channels: {
      brief: "Chat channels: kept for OpenClaw, which runs them",
      entries: {
        list: {
          brief: "List the chat channels of openclaw.json, and the credentials",
          load: () => import("./commands/channels/list.ts"),
        },
      },
    },
    plugins: {
      brief: "Provider plugins",
      entries: {
        list: {
          brief: "List the plugins and the providers",
          load: () => import("./commands/plugins/list.ts"),
        },
      },
    },
    status: {
      brief: "Default model, gateway, and what is left of each plan",
      load: () => import("./commands/status.ts"),
    },
    doctor: {
      brief: "Find what is wrong with config and credentials, and repair it",
      load: () => import("./commands/doctor.ts"),
    },
    agent: {
      brief: "Say one thing to an agent, and print its answer",
      load: () => import("./commands/agent.ts"),
    },
    chat: {
      brief: "Talk to an agent in the terminal",
      load: () => import("./commands/chat.ts"),
    },
    sessions: {
      brief: "List the conversations, newest first",
      load: () => import("./commands/sessions.ts"),
    },
    onboard: {
      brief: "Set up from nothing: find a credential, try it, choose models",
      load: () => import("./commands/onboard.ts"),
    },
    setup: {
      brief: "The same as onboard; --baseline writes the config alone",
      load: () => import("./commands/setup.ts"),
    },
    configure: {
      brief: "Change an existing setup: credentials, models, gateway, service",
      load: () => import("./commands/configure.ts"),
    },
    config,
    secrets,
    completion: {
      brief: "Complete commands, flags and values in your shell",
      plugins: "none",
      load: () => import("./commands/completion.ts"),
    },
    __complete: {
      brief: "What can be typed next; asked by the shell",
      hidden: true,
      plugins: "briefly",
      load: () => import("./commands/__complete.ts"),
    },
  },
};
