// `openclaw gateway`
import type { CommandGroup } from "../../command-tree.ts";

const keys: CommandGroup = {
  brief: "Client keys: who may call the gateway, for what, and how much",
  bare: "list",
  entries: {
    add: {
      brief: "Make a key for one client; it is shown once",
      load: () => import("./keys/add.ts"),
    },
    list: {
      brief: "List the client keys and what each has used",
      load: () => import("./keys/list.ts"),
    },
    revoke: { brief: "End a client key at once", load: () => import("./keys/revoke.ts") },
  },
};

export const gateway: CommandGroup = {
  brief: "The server that puts model calls on the right account",
  bare: "run",
  entries: {
    run: { brief: "Run the gateway in the foreground", load: () => import("./run.ts") },
    status: {
      brief: "Say whether the gateway runs, where, and whether it serves",
      load: () => import("./status.ts"),
    },
    stop: {
      brief: "Stop the gateway; running calls may end first",
      load: () => import("./stop.ts"),
    },
    reload: {
      brief: "Have the running gateway read its settings again, and say what changed",
      load: () => import("./reload.ts"),
    },
    call: {
      brief: "Call a method of the running gateway's control plane",
      load: () => import("./call.ts"),
    },
    install: {
      brief: "Run the gateway as a service of yours: systemd, or launchd on macOS",
      load: () => import("./install.ts"),
    },
    uninstall: {
      brief: "Stop the gateway's service and remove its file",
      load: () => import("./uninstall.ts"),
    },
    start: { brief: "Start the gateway's service", load: () => import("./start.ts") },
    restart: {
      brief: "Restart the gateway's service; running calls may end first",
      load: () => import("./restart.ts"),
    },
    token: {
      brief: "Print the token that callers must send, for a command line",
      load: () => import("./token.ts"),
    },
    keys,
  },
};
