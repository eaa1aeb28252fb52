// How the `models auth order` commands answer.
import type { OrderReport } from "../access/order.ts";
import type { Io } from "./io.ts";

export function printOrder(io: Io, report: OrderReport, asJson: boolean): void {
  if (asJson) return io.json(report);
  const { agentId, provider, order, authStatePath } = report;
  io.out(`Order of ${provider} for agent ${agentId} (${authStatePath}):`);
  if (order) io.out(order.map((id, index) => `  ${index + 1}. ${id}`).join("\n"));
  else io.out("  none stored: auth.order in openclaw.json applies, else the automatic order");
}
