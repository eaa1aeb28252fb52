import { buildCommand } from "@stricli/core";
import { AccessError } from "../../../core/errors.ts";
import { maskSecret } from "../../../core/secret.ts";
import type { Session } from "../../command.ts";
import { JSON_FLAG, switchFlag } from "../../command.ts";

export default buildCommand({
  docs: {
    brief: "Print the token that callers of the gateway must send, for a command line",
    fullDescription:
      'For scripts: curl -H "Authorization: Bearer $(openclaw gateway token)" … On a terminal only its ends are shown, unless --show is given.',
  },
  parameters: {
    flags: { show: switchFlag("Print all of it on a terminal too"), json: JSON_FLAG },
  },
  async func(this: Session, { show, json }: { readonly show: boolean; readonly json: boolean }) {
    const { callTarget } = await import("../../../gateway/control-plane/call-target.ts");
    const { token, password } = await callTarget(await this.deps(), {});
    const secret = token ?? password;
    if (!secret)
      throw new AccessError(
        "bad_input",
        "There is no token: the gateway asks for none, or makes one when it starts first. See: openclaw gateway status",
      );
    const whole = show || this.io.columns === Number.POSITIVE_INFINITY;
    const shown = whole ? secret.reveal() : maskSecret(secret.reveal());
    if (json) this.io.json({ kind: token ? "token" : "password", value: shown });
    else this.io.out(shown);
  },
});
