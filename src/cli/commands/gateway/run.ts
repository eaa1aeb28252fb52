import { buildCommand } from "@stricli/core";
import { AccessError } from "../../../core/errors.ts";
import { EXIT_OK } from "../../exit.ts";
import type { Session } from "../../command.ts";
import { optionalText, switchFlag } from "../../command.ts";
import { wholeNumberFlag } from "../../number-flag.ts";
import { portFlag, portNumber } from "../../port-flag.ts";

interface Flags {
  readonly port?: number;
  readonly bind?: string;
  readonly auth?: string;
  readonly token?: string;
  readonly password?: string;
  readonly passwordFile?: string;
  readonly allowUnconfigured: boolean;
  readonly force: boolean;
  readonly verbose: boolean;
  readonly workers?: number;
}

export default buildCommand({
  docs: { brief: "Run the gateway in the foreground" },
  parameters: {
    flags: {
      port: portFlag,
      bind: optionalText("Where to listen: loopback, lan, tailnet, auto, custom, or an address", "where"),
      auth: optionalText("How clients prove themselves: token, password, none or trusted-proxy", "mode"),
      token: optionalText("Token that clients send; better in OPENCLAW_GATEWAY_TOKEN", "secret"),
      password: optionalText("Password that clients send; better in OPENCLAW_GATEWAY_PASSWORD", "secret"),
      passwordFile: optionalText("File that holds the password", "path"),
      allowUnconfigured: switchFlag("Start without a config file (always allowed here)"),
      force: switchFlag("Accepted for OpenClaw's scripts; a port in use is still an error"),
      verbose: switchFlag("Tell more on stderr"),
      workers: wholeNumberFlag("--workers", "Processes that serve, 1 when left out; 1 to 64", "count"),
    },
  },
  async func(this: Session, { port, bind, auth, token, password, passwordFile, verbose, workers }: Flags) {
    if (isWorker()) return await (await import("../../gateway-worker.ts")).runAsWorker();
    const [{ runGateway }, { gatewayDeps }] = await Promise.all([
      import("../../../gateway/lifecycle/run.ts"),
      import("../../gateway-deps.ts"),
    ]);
    const deps = await this.deps();
    const set = deps.env()["OPENCLAW_GATEWAY_PORT"]?.trim();
    const at = port ?? (set ? portNumber(set) : undefined);
    const options = {
      ...(at === undefined ? {} : { port: at }),
      ...(bind === undefined ? {} : { bind }),
      ...(token === undefined ? {} : { token }),
      ...(password === undefined ? {} : { password }),
      ...(passwordFile === undefined ? {} : { passwordFile }),
      ...(auth === undefined ? {} : { authMode: auth }),
      ...(workers === undefined ? {} : { workers }),
    };
    const own = gatewayDeps(deps, verbose);
    try {
      this.exit(await runGateway(own, options));
    } catch (error) {
      if (!isLasting(error)) throw error;
      const runs = error.code === "gateway_running";
      if (!own.supervised && !runs) throw error;
      this.io.say(runs ? error.message : `Error: ${error.message}`);
      this.exit(own.supervised ? EXIT_LASTING : EXIT_OK);
    }
  },
});

/** Started by `--workers` (gateway/workers/crew.ts), which speaks to it. */
const isWorker = (): boolean => process.env["OPENCLAW_GATEWAY_WORKER"] === "1" && process.connected;

/** Its supervisor is not to try again until somebody has mended it (OpenClaw docs, "Gateway runbook"). */
const EXIT_LASTING = 78;

const isLasting = (error: unknown): error is AccessError =>
  error instanceof AccessError &&
  (error.code === "config_invalid" || error.code === "bad_input" || error.code === "gateway_running");
