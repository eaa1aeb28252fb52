// What became of a plugin: for status, doctor and `plugins list`.

export interface PluginReport {
  /** as access.json names it */
  readonly spec: string;
  readonly enabled: boolean;
  readonly version?: string;
  /** file of its module, once that was found */
  readonly entry?: string;
  /** `loaded`: with at least one provider */
  readonly state: "loaded" | "failed" | "disabled";
  readonly providers: readonly { readonly id: string; readonly label: string }[];
  /** each completes "Plugin <spec>: …"; also those of a plugin whose other providers work */
  readonly faults: readonly string[];
}

/** What to tell of plugins that do not work, one sentence each with the remedy. Pure. */
export const pluginWarnings = (reports: readonly PluginReport[]): string[] =>
  reports.flatMap(({ spec, faults }) =>
    faults.map(
      (fault) =>
        `Plugin ${spec}: ${fault.replace(/\.?$/, ".")} Correct it, or take it out of "plugins" in access.json.`,
    ),
  );
