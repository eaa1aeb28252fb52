// What use cases are handed: built once in main.ts, costly parts on first use (STYLE, "Services are handed in").
import type { AccessConfig, Config } from "../config/config.ts";
import type { Paths } from "../config/paths.ts";
import type { PluginReport } from "../core/plugin-report.ts";
import type { ReceiptStore } from "../core/receipt.ts";
import type { Store } from "../store/store.ts";

export interface Deps {
  /** ms since epoch */
  readonly now: () => number;
  /** The environment after `.env` and the config's `env` section were applied. Never written to process.env. */
  readonly env: () => Readonly<Record<string, string | undefined>>;
  readonly paths: () => Paths;
  /** @throws AccessError `config_invalid` */
  readonly config: () => Config;
  /** @throws AccessError `config_invalid` */
  readonly accessConfig: () => AccessConfig;
  readonly store: () => Store;
  readonly receipts: () => ReceiptStore;
  /** What became of the plugins of access.json; absent when it names none. */
  readonly plugins?: { readonly reports: readonly PluginReport[]; readonly warnings: readonly string[] };
}
