import { buildCommand } from "@stricli/core";
import { AccessError } from "../../../../core/errors.ts";
import type { Session } from "../../../command.ts";
import { AGENT_FLAG, JSON_FLAG, switchFlag } from "../../../command.ts";

interface Flags {
  readonly agent?: string;
  readonly json: boolean;
  readonly changed: boolean;
  readonly systemd: boolean;
  readonly termux: boolean;
  readonly write: boolean;
}

export default buildCommand({
  docs: {
    brief: "Say in one line whether a credential in use needs you; for timers",
    fullDescription:
      "Prints the worst problem of the credentials in use and the command that mends it, and exits as models status --check does: 0 all well, 1 something is missing or expired, 2 it expires within a day. No provider is called. With --changed it prints nothing that it has told before; what stays is told again once a day. --systemd and --termux print the files that run it every half hour; --write puts them in place.",
  },
  parameters: {
    flags: {
      agent: AGENT_FLAG,
      json: JSON_FLAG,
      changed: switchFlag("Print the line only when it is news"),
      systemd: switchFlag("Print a service and a timer for systemd, instead of looking"),
      termux: switchFlag("Print a script for Termux that notifies the phone, instead of looking"),
      write: switchFlag("With --systemd or --termux: write the files; never over others"),
    },
  },
  async func(this: Session, flags: Flags) {
    const { systemd, termux, write, changed, agent, json } = flags;
    if (systemd && termux)
      throw new AccessError("bad_input", "--systemd and --termux exclude each other. Leave one out.");
    if (systemd || termux) {
      const { printTimer } = await import("../../../monitor-timer.ts");
      return printTimer(this, flags);
    }
    if (write) throw new AccessError("bad_input", "--write goes with --systemd or --termux.");
    const { monitorAuth } = await import("../../../../access/monitor.ts");
    const warn = (sentence: string) => this.io.say(`Warning: ${sentence}`);
    const report = await monitorAuth(await this.deps(), { agent, changed, warn });
    const { printable } = await import("../../../render/text.ts");
    if (json) this.io.json(report);
    else if (report.changed !== false) this.io.out(printable(report).line);
    this.exit(report.exit);
  },
});
