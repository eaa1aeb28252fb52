// One provider's part of `models refresh`, for people.
import type { RefreshRow } from "../../access/model-refresh.ts";

export function refreshLine({
  provider,
  status,
  count = 0,
  added = 0,
  removed = 0,
  error,
}: RefreshRow): string {
  if (status === "failed") return `Warning: ${error}; what was known stays.`;
  const changes = [...(added > 0 ? [`${added} new`] : []), ...(removed > 0 ? [`${removed} gone`] : [])];
  const models = count === 1 ? "1 model" : `${count} models`;
  return `${provider}: ${models}${changes.length > 0 ? ` (${changes.join(", ")})` : ""}`;
}
