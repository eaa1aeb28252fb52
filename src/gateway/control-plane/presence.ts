// Who is connected, as clients show it.
import { hostname } from "node:os";
import type { Connection } from "./connection.ts";
import type { Presence } from "./method.ts";

export function selfPresence(version: string, startedAt: number): Presence {
  const host = hostname();
  return {
    host,
    version,
    mode: "gateway",
    reason: "self",
    text: `Gateway: ${host} · ${version}`,
    ts: startedAt,
  };
}

export function presenceOf({ peer, openedAt }: Connection): Presence {
  const { client, scopes, connId } = peer!;
  return {
    host: client.displayName ?? client.id,
    version: client.version,
    platform: client.platform,
    mode: client.mode,
    instanceId: client.instanceId ?? connId,
    roles: ["operator"],
    scopes,
    reason: "connect",
    text: `${client.displayName ?? client.id} · mode ${client.mode}`,
    ts: openedAt,
  };
}
