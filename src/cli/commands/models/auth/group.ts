// `openclaw models auth`
import type { CommandGroup } from "../../../command-tree.ts";
import { AGENT } from "../shared-flags.ts";

const order: CommandGroup = {
  brief: "Fix the order in which a provider's profiles are tried",
  flags: AGENT,
  entries: {
    get: {
      brief: "Show the stored order",
      plugins: "named",
      load: () => import("./order/get.ts"),
    },
    set: {
      brief: "Try exactly these profiles, in this order",
      plugins: "named",
      load: () => import("./order/set.ts"),
    },
    clear: {
      brief: "Go back to the automatic order",
      plugins: "named",
      load: () => import("./order/clear.ts"),
    },
  },
};

export const auth: CommandGroup = {
  brief: "Credentials: auth profiles and their order",
  flags: AGENT,
  entries: {
    list: {
      brief: "List the auth profiles",
      plugins: "named",
      load: () => import("./list.ts"),
    },
    add: {
      brief: "Add a credential, step by step",
      load: () => import("./add.ts"),
    },
    login: {
      brief: "Log in to a provider",
      plugins: "named",
      load: () => import("./login.ts"),
    },
    logout: {
      brief: "Remove a stored credential",
      plugins: "named",
      load: () => import("./logout.ts"),
    },
    "setup-token": {
      brief: "Store a provider's setup token",
      plugins: "named",
      load: () => import("./setup-token.ts"),
    },
    "login-github-copilot": {
      brief: "Log in to GitHub Copilot with a device code",
      plugins: "none",
      load: () => import("./login-github-copilot.ts"),
    },
    "paste-api-key": {
      brief: "Store an API key, from stdin or a prompt",
      plugins: "named",
      load: () => import("./paste-api-key.ts"),
    },
    "paste-token": {
      brief: "Store a token, from stdin or a prompt",
      plugins: "named",
      load: () => import("./paste-token.ts"),
    },
    retry: {
      brief: "Clear what bars a profile, so that calls try it again",
      plugins: "named",
      load: () => import("./retry.ts"),
    },
    monitor: {
      brief: "Say in one line whether a credential in use needs you; for timers",
      load: () => import("./monitor.ts"),
    },
    order,
  },
};
