import { buildCommand } from "@stricli/core";
import { AccessError } from "../../../core/errors.ts";
import type { Session } from "../../command.ts";
import { optionalText, switchFlag } from "../../command.ts";

interface Flags {
  readonly port?: number;
  readonly bind?: string;
  readonly auth?: string;
  readonly token?: string;
  readonly password?: string;
  readonly allowUnconfigured: boolean;
  readonly force: boolean;
  readonly verbose: boolean;
}

export default buildCommand({
  docs: { brief: "Run the gateway in the foreground" },
  parameters: {
    flags: {
      port: {
        ...optionalText("Port; gateway.port of openclaw.json when left out", "number"),
        parse: portNumber,
      },
      bind: optionalText("Address to listen on: loopback, lan, or an address", "where"),
      auth: optionalText("How clients prove themselves: token, password, none or trusted-proxy", "mode"),
      token: optionalText("Token that clients send; better in OPENCLAW_GATEWAY_TOKEN", "secret"),
      password: optionalText("Password that clients send; better in OPENCLAW_GATEWAY_PASSWORD", "secret"),
      allowUnconfigured: switchFlag("Start without a config file (always allowed here)"),
      force: switchFlag("Accepted for OpenClaw's scripts; a port in use is still an error"),
      verbose: switchFlag("Accepted for OpenClaw's scripts"),
    },
  },
  async func(this: Session, { port, bind, auth, token, password }: Flags) {
    const [{ runGateway }, { gatewayDeps }] = await Promise.all([
      import("../../../gateway/run.ts"),
      import("../../gateway-deps.ts"),
    ]);
    const options = {
      ...(port === undefined ? {} : { port }),
      ...(bind === undefined ? {} : { bind }),
      ...(token === undefined ? {} : { token }),
      ...(password === undefined ? {} : { password }),
      ...(auth === undefined ? {} : { authMode: auth }),
    };
    this.exit(await runGateway(gatewayDeps(await this.deps()), options));
  },
});

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new AccessError("bad_input", `"${text}" is not a port. Use a number from 0 to 65535.`);
}
