// What onboarding says at its end.
import type { OnboardReport } from "../../onboard/summary.ts";

/** @param serving a gateway runs already */
export function renderOnboarded(report: OnboardReport, serving: boolean): string {
  const { applied, sources, defaultModel, fallbacks, configPath, configChanged, backupPath, service } =
    report;
  const stored = sources.flatMap(({ profileId }) => profileId ?? []);
  return [
    ...(applied ? [] : ["There is nothing to write."]),
    ...(stored.length > 0 ? [`Stored: ${stored.join(", ")} in agent ${report.agentId}`] : []),
    ...(configChanged ? [`Updated config: ${configPath}`] : []),
    ...(backupPath === undefined ? [] : [`  Backup: ${backupPath}`]),
    `Default model: ${defaultModel ?? "none"}`,
    ...(fallbacks.length > 0 ? [`Fallbacks: ${fallbacks.join(", ")}`] : []),
    ...(report.sealed ? ["The stored credentials are sealed."] : []),
    ...(service?.started ? [`The gateway runs as a service: ${service.file}`] : []),
    ...(stored.length > 0 || configChanged ? ["To take this back: openclaw models undo"] : []),
    serving || service?.started
      ? "A call through the gateway:"
      : "Start the gateway (openclaw gateway run), then call it:",
    `  ${report.curl}`,
  ].join("\n");
}
