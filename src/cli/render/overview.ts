// `openclaw status` for people: what is used, what runs, what is left.
import type { UsageReport } from "../../access/usage-report.ts";
import type { Io } from "../io.ts";
import { styleFor } from "./style.ts";
import { table } from "./table.ts";
import { printable } from "./text.ts";
import { usageRows } from "./usage.ts";

export interface Overview {
  readonly defaultModel: string;
  /** `null` when none runs */
  readonly gateway: { readonly pid: number; readonly port: number } | null;
  readonly usage: UsageReport;
}

export function renderOverview(found: Overview, screen: Pick<Io, "columns" | "colors">): string {
  const style = styleFor(screen);
  const { defaultModel, gateway, usage } = printable(found);
  const running = gateway && `running on port ${gateway.port} (pid ${gateway.pid})`;
  const rows = usageRows(usage, style);
  return [
    table(
      [
        ["Default", defaultModel],
        ["Gateway", running ?? style.faint("not running")],
      ],
      screen.columns,
    ),
    rows.length > 0
      ? `${style.heading("Usage")}\n${table(rows, screen.columns)}`
      : "Usage: nothing is known of any plan. Ask with: openclaw status --usage",
    "Credentials: openclaw models status",
  ].join("\n\n");
}
