// Keys that this shell has and a gateway started by systemd or launchd will not see (requirements 004).
import type { Check } from "../check.ts";
import { refOf } from "../../core/credential.ts";
import { environmentKeys } from "../../providers/env-keys.ts";
import { PROVIDERS } from "../../providers/all.ts";
import type { World } from "../world.ts";

export const shellOnlyVariables: Check = {
  id: "core/doctor/shell-only-variables",
  look(world) {
    const { everywhere } = world.env;
    if (!everywhere) return [];
    return [...new Set([...keyVariables(world), ...referenced(world)])]
      .filter((name) => world.env.values[name]?.trim() && !everywhere.has(name))
      .map((name) => ({
        severity: "warning",
        path: name,
        message: `${name} is set in this shell only. A gateway that runs as a service will not see it.`,
        fixHint: "Put it into .env in the state folder, or store it with: openclaw models auth paste-api-key",
      }));
  },
};

const keyVariables = ({ env }: World): string[] =>
  PROVIDERS.flatMap((provider) => environmentKeys(provider, env.values).map(({ variable }) => variable));

/** Variables that stored credentials refer to. */
const referenced = ({ agents }: World): string[] =>
  [...agents.values()].flatMap(({ profiles }) =>
    [...profiles.values()].flatMap((credential) => {
      const ref = refOf(credential);
      return ref?.source === "env" ? [ref.id] : [];
    }),
  );
