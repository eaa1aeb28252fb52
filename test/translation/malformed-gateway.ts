// A real gateway process before an upstream that is well, for requests that are not.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolvePaths } from "../../src/config/paths.ts";
import { startEntry } from "../support/gateway-process.ts";
import type { RoutesOptions, RoutesReport } from "./malformed-routes.ts";
import { configFor, malformedRequests, startGoodUpstream } from "./malformed-routes.ts";

/** The gateway must be there at the end, and have said nothing of a failure of its own. */
export async function malformedAtGateway(options: Omit<RoutesOptions, "url">): Promise<RoutesReport> {
  const upstream = await startGoodUpstream();
  const home = mkdtempSync(join(tmpdir(), "malformed-"));
  const paths = resolvePaths({}, home);
  mkdirSync(paths.stateDir, { recursive: true });
  writeFileSync(paths.configPath, JSON.stringify(configFor(upstream.url)));
  writeFileSync(paths.accessConfigPath, JSON.stringify({ gateway: { maxWaitMs: 0 } }));
  const gateway = await startEntry(home, "--port", "0");
  try {
    if (gateway.port === 0) throw new Error(`The gateway ended:\n${gateway.printed()}`);
    const report = await malformedRequests({ ...options, url: gateway.url });
    gateway.kill("SIGTERM");
    const code = await gateway.ended;
    const failed = /^.*(?:failed|Error).*$/m.exec(gateway.printed());
    return {
      hits: report.hits,
      wrong: [
        ...report.wrong,
        ...(code === 0 ? [] : [`The gateway ended with ${code}.`]),
        ...(failed ? [`The gateway said: ${failed[0]}`] : []),
      ],
    };
  } finally {
    gateway.kill("SIGKILL");
    await upstream.close();
    rmSync(home, { recursive: true, force: true });
  }
}
