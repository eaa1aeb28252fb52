// Names in `funding` of access.json that mean no credential: what was written about how it is paid for counts for
// nothing, and calls may cross to what costs money.
import { nearest, slip } from "../../core/nearest.ts";
import { findProvider, PROVIDERS } from "../../providers/all.ts";
import type { Check, Problem } from "../check.ts";

export const unknownFunding: Check = {
  id: "core/doctor/unknown-funding",
  look({ funding = [], agents, config: { usable: config }, plugins: { path } }) {
    if (!config) return [];
    const profiles = [...agents.values()].flatMap((agent) => [...agent.profiles]);
    const ids = profiles.map(([id]) => id);
    const providers = new Set([...config.providers.keys(), ...profiles.map(([, { provider }]) => provider)]);
    const isProvider = (name: string) => findProvider(name) !== undefined || providers.has(name);
    return funding.flatMap((name): Problem[] => {
      const [provider = ""] = name.split(":");
      if (ids.includes(name) || name.startsWith("env:") || name.startsWith("config:")) return [];
      const isKnown = isProvider(provider);
      // Programs keep logins of their own, whose ids are in no store: of those only a slip is told.
      const near =
        isKnown && name !== provider
          ? slip(name, ids)
          : nearest(provider, [...PROVIDERS.map(({ id }) => id), ...providers]);
      if (isKnown && (name === provider || near === undefined)) return [];
      return [
        {
          severity: "warning",
          path,
          message: `funding names "${name}", which is no profile and no provider: it counts for nothing.`,
          fixHint: near ? `Did you mean ${near}?` : `Correct funding in ${path}, or remove the line.`,
        },
      ];
    });
  },
};
