// The gateway for people: where it runs, whether it serves, what its service is.
import type { GatewayStatus } from "../../gateway/lifecycle/control.ts";
import { withoutControls } from "./text.ts";

interface Report extends GatewayStatus {
  readonly service:
    { readonly file: string; readonly installed: boolean; readonly active?: boolean | null } | undefined;
}

export function renderGatewayStatus(report: Report): string {
  return [...gatewayLines(report), ...reloadLines(report), ...serviceLines(report)]
    .map(withoutControls)
    .join("\n");
}

function gatewayLines(report: GatewayStatus): string[] {
  const { running, pid, url, version, uptimeMs, probe, workers } = report;
  if (!running) return ["Gateway: not running. Start it: openclaw gateway run"];
  const about = [`pid ${pid}`, ...(version ? [`version ${version}`] : []), ...sinceOf(uptimeMs)];
  return [
    `Gateway: ${url} (${about.join(", ")})`,
    ...(workers ? [`Workers: ${workers.length} (pid ${workers.map((one) => one.pid).join(", ")})`] : []),
    ...(probe ? probeLines(probe) : []),
  ];
}

function probeLines({ reachable, ready, error, report }: NonNullable<GatewayStatus["probe"]>): string[] {
  if (!reachable) return [`Does not answer: ${error}`];
  const failing = Array.isArray(report?.["failing"]) ? report["failing"].map(String) : [];
  const logins = Number(report?.["loginsNeeded"] ?? 0);
  return [
    ready ? "Serves model calls." : `Not ready: ${failing.join("; ") || "it does not say why"}`,
    ...(logins > 0 ? [`Logins that have ended: ${logins}. See: openclaw models status`] : []),
  ];
}

function reloadLines({ reload }: GatewayStatus): string[] {
  if (!reload) return [];
  const { outcome, error, restart } = reload;
  return [
    ...(outcome === "rejected" ? [`New settings are not in use: ${error}`] : []),
    ...(restart.length > 0 ? [`Used from the next start on: ${restart.join(", ")}`] : []),
  ];
}

function serviceLines({ service }: Report): string[] {
  if (!service) return [];
  if (!service.installed) return ["Service: not installed"];
  const state = service.active === true ? "active" : service.active === false ? "not active" : "not known";
  return [`Service: ${service.file} (${state})`];
}

const MINUTE = 60_000;

function sinceOf(uptimeMs: number | undefined): string[] {
  if (uptimeMs === undefined) return [];
  const minutes = Math.floor(uptimeMs / MINUTE);
  if (minutes < 1) return ["up for less than a minute"];
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  const parts = [days > 0 ? `${days} d` : "", hours > 0 ? `${hours} h` : "", `${minutes % 60} min`];
  return [`up for ${parts.filter(Boolean).join(" ")}`];
}
