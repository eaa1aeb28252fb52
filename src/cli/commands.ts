// Every command: what you type is the file you open. A command's file is loaded when it is typed.
import type { SessionCommand } from "./command.ts";
import type { PluginUse } from "./plugin-use.ts";

export interface CommandEntry {
  readonly brief: string;
  /** For programs, not for people: in no list of commands. */
  readonly hidden?: true;
  /** Flags of the groups around that mean nothing to it, and are passed over. */
  readonly ignores?: readonly string[];
  /** What it has to do with plugins; everything when left out. */
  readonly plugins?: PluginUse;
  readonly load: () => Promise<{ readonly default: SessionCommand }>;
}

export interface CommandGroup {
  readonly brief: string;
  readonly hidden?: never;
  readonly ignores?: readonly string[];
  /** The command that the bare group name means. */
  readonly bare?: string;
  /** Flags that the group takes for its commands, in front of them: typed flag → the command's flag. */
  readonly flags?: Readonly<Record<string, { readonly means: string; readonly value?: true }>>;
  readonly entries: Readonly<Record<string, CommandEntry | CommandGroup>>;
}

export const isGroup = (entry: CommandEntry | CommandGroup): entry is CommandGroup => "entries" in entry;

/** What is the same for every agent takes `models --agent` all the same (OpenClaw docs, "Models CLI"). */
const FOR_ALL_AGENTS = { ignores: ["--agent"] };

const AGENT = { "--agent": { means: "--agent", value: true } } as const;

const order: CommandGroup = {
  brief: "Fix the order in which a provider's profiles are tried",
  flags: AGENT,
  entries: {
    get: {
      brief: "Show the stored order",
      plugins: "named",
      load: () => import("./commands/models/auth/order/get.ts"),
    },
    set: {
      brief: "Try exactly these profiles, in this order",
      plugins: "named",
      load: () => import("./commands/models/auth/order/set.ts"),
    },
    clear: {
      brief: "Go back to the automatic order",
      plugins: "named",
      load: () => import("./commands/models/auth/order/clear.ts"),
    },
  },
};

const keys: CommandGroup = {
  brief: "Client keys: who may call the gateway, for what, and how much",
  bare: "list",
  entries: {
    add: {
      brief: "Make a key for one client; it is shown once",
      load: () => import("./commands/gateway/keys/add.ts"),
    },
    list: {
      brief: "List the client keys and what each has used",
      load: () => import("./commands/gateway/keys/list.ts"),
    },
    revoke: { brief: "End a client key at once", load: () => import("./commands/gateway/keys/revoke.ts") },
  },
};

const auth: CommandGroup = {
  brief: "Credentials: auth profiles and their order",
  flags: AGENT,
  entries: {
    list: {
      brief: "List the auth profiles",
      plugins: "named",
      load: () => import("./commands/models/auth/list.ts"),
    },
    add: {
      brief: "Add a credential, step by step",
      load: () => import("./commands/models/auth/add.ts"),
    },
    login: {
      brief: "Log in to a provider",
      plugins: "named",
      load: () => import("./commands/models/auth/login.ts"),
    },
    logout: {
      brief: "Remove a stored credential",
      plugins: "named",
      load: () => import("./commands/models/auth/logout.ts"),
    },
    "setup-token": {
      brief: "Store a provider's setup token",
      plugins: "named",
      load: () => import("./commands/models/auth/setup-token.ts"),
    },
    "login-github-copilot": {
      brief: "Log in to GitHub Copilot with a device code",
      plugins: "none",
      load: () => import("./commands/models/auth/login-github-copilot.ts"),
    },
    "paste-api-key": {
      brief: "Store an API key, from stdin or a prompt",
      plugins: "named",
      load: () => import("./commands/models/auth/paste-api-key.ts"),
    },
    "paste-token": {
      brief: "Store a token, from stdin or a prompt",
      plugins: "named",
      load: () => import("./commands/models/auth/paste-token.ts"),
    },
    retry: {
      brief: "Clear what bars a profile, so that calls try it again",
      plugins: "named",
      load: () => import("./commands/models/auth/retry.ts"),
    },
    monitor: {
      brief: "Say in one line whether a credential in use needs you; for timers",
      load: () => import("./commands/models/auth/monitor.ts"),
    },
    order,
  },
};

const aliases: CommandGroup = {
  brief: "Short names for models",
  ...FOR_ALL_AGENTS,
  entries: {
    list: {
      brief: "List the aliases",
      plugins: "none",
      load: () => import("./commands/models/aliases/list.ts"),
    },
    add: { brief: "Name a model", plugins: "named", load: () => import("./commands/models/aliases/add.ts") },
    remove: {
      brief: "Drop a name",
      plugins: "none",
      load: () => import("./commands/models/aliases/remove.ts"),
    },
  },
};

const fallbacks: CommandGroup = {
  brief: "Models to try when the default model cannot answer",
  ...FOR_ALL_AGENTS,
  entries: {
    list: {
      brief: "List the fallbacks",
      plugins: "none",
      load: () => import("./commands/models/fallbacks/list.ts"),
    },
    add: {
      brief: "Append a fallback",
      plugins: "named",
      load: () => import("./commands/models/fallbacks/add.ts"),
    },
    remove: {
      brief: "Remove a fallback",
      plugins: "named",
      load: () => import("./commands/models/fallbacks/remove.ts"),
    },
    clear: {
      brief: "Remove all fallbacks",
      plugins: "none",
      load: () => import("./commands/models/fallbacks/clear.ts"),
    },
  },
};

const imageFallbacks: CommandGroup = {
  brief: "Models to try when the image model cannot answer",
  ...FOR_ALL_AGENTS,
  entries: {
    list: {
      brief: "List the fallbacks",
      plugins: "none",
      load: () => import("./commands/models/image-fallbacks/list.ts"),
    },
    add: {
      brief: "Append a fallback",
      plugins: "named",
      load: () => import("./commands/models/image-fallbacks/add.ts"),
    },
    remove: {
      brief: "Remove a fallback",
      plugins: "named",
      load: () => import("./commands/models/image-fallbacks/remove.ts"),
    },
    clear: {
      brief: "Remove all fallbacks",
      plugins: "none",
      load: () => import("./commands/models/image-fallbacks/clear.ts"),
    },
  },
};

const models: CommandGroup = {
  brief: "Models, and the credentials that reach them",
  bare: "status",
  flags: {
    ...AGENT,
    "--status-json": { means: "--json" },
    "--status-plain": { means: "--plain" },
  },
  entries: {
    status: {
      brief: "Default model, fallbacks and the health of every credential",
      load: () => import("./commands/models/status.ts"),
    },
    list: {
      ...FOR_ALL_AGENTS,
      brief: "List models",
      plugins: "named",
      load: () => import("./commands/models/list.ts"),
    },
    refresh: {
      brief: "Fetch the model lists of the providers in use",
      plugins: "named",
      load: () => import("./commands/models/refresh.ts"),
    },
    set: { brief: "Set the default model", plugins: "named", load: () => import("./commands/models/set.ts") },
    "set-image": {
      brief: "Set the image model",
      plugins: "named",
      load: () => import("./commands/models/set-image.ts"),
    },
    scan: {
      ...FOR_ALL_AGENTS,
      brief: "Find free models of OpenRouter, try them, and take the best as fallbacks",
      load: () => import("./commands/models/scan.ts"),
    },
    aliases,
    fallbacks,
    "image-fallbacks": imageFallbacks,
    auth,
    why: {
      brief: "Say how a run chose its credentials, and what happened",
      plugins: "none",
      load: () => import("./commands/models/why.ts"),
    },
    undo: {
      brief: "Take back what a command changed",
      plugins: "none",
      load: () => import("./commands/models/undo.ts"),
    },
  },
};

export const COMMANDS: CommandGroup = {
  brief: "Model credentials in one place, healthy, and every call on the right one",
  entries: {
    models,
    gateway: {
      brief: "The server that puts model calls on the right account",
      bare: "run",
      entries: {
        run: { brief: "Run the gateway in the foreground", load: () => import("./commands/gateway/run.ts") },
        status: {
          brief: "Say whether the gateway runs, where, and whether it serves",
          load: () => import("./commands/gateway/status.ts"),
        },
        stop: {
          brief: "Stop the gateway; running calls may end first",
          load: () => import("./commands/gateway/stop.ts"),
        },
        reload: {
          brief: "Have the running gateway read its settings again, and say what changed",
          load: () => import("./commands/gateway/reload.ts"),
        },
        install: {
          brief: "Run the gateway as a service of yours: systemd, or launchd on macOS",
          load: () => import("./commands/gateway/install.ts"),
        },
        uninstall: {
          brief: "Stop the gateway's service and remove its file",
          load: () => import("./commands/gateway/uninstall.ts"),
        },
        start: { brief: "Start the gateway's service", load: () => import("./commands/gateway/start.ts") },
        restart: {
          brief: "Restart the gateway's service; running calls may end first",
          load: () => import("./commands/gateway/restart.ts"),
        },
        keys,
      },
    },
    agents: {
      brief: "Agents: named sets of workspace and credentials",
      bare: "list",
      entries: {
        list: { brief: "List the agents", load: () => import("./commands/agents/list.ts") },
        add: {
          brief: "Add an agent with a workspace and credentials of its own",
          load: () => import("./commands/agents/add.ts"),
        },
        delete: {
          brief: "Delete an agent; its folders go to the trash",
          load: () => import("./commands/agents/delete.ts"),
        },
      },
    },
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
    config: {
      brief: "openclaw.json",
      entries: {
        get: { brief: "Print one value", plugins: "none", load: () => import("./commands/config/get.ts") },
        set: { brief: "Set one value", plugins: "none", load: () => import("./commands/config/set.ts") },
        unset: {
          brief: "Remove one value",
          plugins: "none",
          load: () => import("./commands/config/unset.ts"),
        },
        file: {
          brief: "Print the path of openclaw.json",
          plugins: "none",
          load: () => import("./commands/config/file.ts"),
        },
        validate: {
          brief: "Check openclaw.json",
          plugins: "none",
          load: () => import("./commands/config/validate.ts"),
        },
      },
    },
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
