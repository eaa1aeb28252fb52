// Commands of OpenClaw 2026.7.1 that this gateway has not: what a person types by habit is answered, not sent to a model.
import type { ChatCommand } from "./command.ts";

const NAMES: ReadonlySet<string> = new Set(
  [
    "acp activation agents allowlist approve bash btw compact config context crestodian debug diagnostics elev",
    "elevated exec export export-session export-trajectory fast focus goal id learn login mcp name plugin plugins",
    "queue reason reasoning restart send session side skill steer subagents t tasks tell think thinking tools trace",
    "trajectory tts unfocus v verbose whoami",
  ].flatMap((line) => line.split(" ")),
);

export function elsewhere(name: string): ChatCommand | undefined {
  if (!NAMES.has(name)) return undefined;
  return {
    name,
    summary: "a command of OpenClaw",
    run: async () => `This gateway has no /${name}; no model was asked. What it has: /help`,
  };
}
