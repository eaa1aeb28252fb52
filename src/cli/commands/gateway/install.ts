import { buildCommand } from "@stricli/core";
import { AccessError } from "../../../core/errors.ts";
import type { Session } from "../../command.ts";
import { JSON_FLAG, switchFlag } from "../../command.ts";
import { portFlag } from "../../port-flag.ts";

interface Flags {
  readonly port?: number;
  readonly force: boolean;
  readonly print: boolean;
  readonly json: boolean;
}

export default buildCommand({
  docs: {
    brief: "Run the gateway as a service of yours: systemd, or launchd on macOS",
    fullDescription:
      "Writes the service's file, has systemd check it, and starts it. No secret is written into it. A file that this program did not make stays, unless --force moves it aside.",
  },
  parameters: {
    flags: {
      port: portFlag,
      force: switchFlag("Move aside a file that stands there and was not made by this program"),
      print: switchFlag("Print the file, and change nothing"),
      json: JSON_FLAG,
    },
  },
  async func(this: Session, { port, force, print, json }: Flags) {
    const { findService, installService, serviceText } = await import("../../../gateway/service/service.ts");
    const deps = await this.deps();
    const { home, stateDir, dotenvPath } = deps.paths();
    const service = findService(home, process.env);
    if (!service) throw new AccessError("bad_input", NO_MANAGER);
    const { serviceStart } = await import("../../service-start.ts");
    const start = serviceStart(process.env, stateDir, port);
    if (print) {
      const text = serviceText(service, start);
      return json ? this.io.json({ file: service.file, text }) : this.io.out(text.trimEnd());
    }
    // A service that could not start is not worth installing.
    void deps.config().gateway;
    const done = await installService(service, start, force);
    const notes = [
      ...done.notes,
      `Keys that only this shell knows are not seen by it: put them into ${dotenvPath}`,
    ];
    if (json) return this.io.json({ ...done, notes });
    if (done.movedTo !== undefined) this.io.out(`Moved the former file to ${done.movedTo}`);
    this.io.out(`${done.written ? "Written" : "Already there"}: ${done.file}`);
    if (done.started) this.io.out("The gateway runs. See: openclaw gateway status");
    for (const note of notes) this.io.say(`Note: ${note}`);
  },
});

const NO_MANAGER =
  "Services are known for systemd and launchd only. Have your own supervisor run: openclaw gateway run";
