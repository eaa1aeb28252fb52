import { buildCommand } from "@stricli/core";
import type { Session } from "../../command.ts";
import { JSON_FLAG, switchFlag } from "../../command.ts";
import { EXIT_FAILURE, EXIT_OK } from "../../exit.ts";
import { wholeNumberFlag } from "../../number-flag.ts";

interface Flags {
  readonly json: boolean;
  readonly noProbe: boolean;
  readonly requireRpc: boolean;
  readonly timeout?: number;
}

const USUAL_TIMEOUT_MS = 3000;

export default buildCommand({
  docs: {
    brief: "Say whether the gateway runs, where, and whether it serves",
    fullDescription:
      "Exits 0 when a gateway runs and answers, else 1. It asks GET /health and GET /ready, each for at most --timeout.",
  },
  parameters: {
    flags: {
      json: JSON_FLAG,
      noProbe: switchFlag("Ask the gateway nothing: its lock and the service alone"),
      requireRpc: switchFlag("Exit 1 also when it cannot serve model calls"),
      timeout: wholeNumberFlag("--timeout", "Longest wait for an answer, 3000 when left out", "ms"),
    },
  },
  async func(this: Session, { json, noProbe, requireRpc, timeout = USUAL_TIMEOUT_MS }: Flags) {
    const deps = await this.deps();
    const [{ gatewayStatus }, { findService, isActive }, { isOurs }, { renderGatewayStatus }] =
      await Promise.all([
        import("../../../gateway/lifecycle/control.ts"),
        import("../../../gateway/service/service.ts"),
        import("../../../gateway/service/files.ts"),
        import("../../render/gateway-status.ts"),
      ]);
    const service = findService(deps.paths().home, process.env);
    const [gateway, active] = await Promise.all([
      gatewayStatus(deps.paths(), deps.now(), noProbe ? undefined : timeout),
      service?.text === undefined ? undefined : isActive(service),
    ]);
    const report = {
      ...gateway,
      service: service && {
        manager: service.manager,
        file: service.file,
        installed: service.text !== undefined,
        ...(service.text === undefined ? {} : { ours: isOurs(service.text), active: active ?? null }),
      },
    };
    if (json) this.io.json(report);
    else this.io.out(renderGatewayStatus(report));
    const answers = gateway.running && gateway.probe?.reachable !== false;
    const serves = !requireRpc || gateway.probe?.ready !== false;
    this.exit(answers && serves ? EXIT_OK : EXIT_FAILURE);
  },
});
