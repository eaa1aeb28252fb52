// Google's application default credentials as a route to Vertex AI: used where a project is named, since no call can
// be made without one. What shows that they exist counts as authentication; nothing is called to find out.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import type { AuthProfile } from "../core/credential.ts";
import type { AgentId } from "../core/ids.ts";
import { configProfileId } from "../core/ids.ts";
import { PROVIDERS } from "../providers/all.ts";
import type { Environment } from "../secrets/env.ts";
import { withGeneration } from "../store/generation.ts";

export const GCLOUD_ADC = "gcloud-adc";

const PROJECT = ["GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "ANTHROPIC_VERTEX_PROJECT_ID"];

export interface GcloudInputs {
  readonly agent: AgentId;
  readonly config: Config;
  readonly env: Environment;
  readonly fingerprint: (material: string) => string;
}

export function* gcloudProfiles({ agent, config, env, fingerprint }: GcloudInputs): Generator<AuthProfile> {
  const hasProject = PROJECT.some((name) => env[name]?.trim());
  for (const { id, logins } of PROVIDERS) {
    if (!logins?.some((login) => login.id === GCLOUD_ADC)) continue;
    if (!hasProject && config.providers.get(id)?.baseUrl === undefined) continue;
    const file = adcFile(env);
    if (file === undefined || !existsSync(file)) return;
    const route = { type: "token", source: "config", owner: agent, keptBy: GCLOUD_ADC } as const;
    yield withGeneration({ id: configProfileId(id), provider: id, ...route }, () =>
      fingerprint(`${GCLOUD_ADC} ${file}`),
    );
  }
}

/** Where Google's tools look; `undefined` when there is no such place. */
export function adcFile(env: Environment): string | undefined {
  const named = env["GOOGLE_APPLICATION_CREDENTIALS"]?.trim();
  if (named) return named;
  const home = env["HOME"]?.trim();
  const folder = env["CLOUDSDK_CONFIG"]?.trim() || (home ? join(home, ".config/gcloud") : undefined);
  return folder === undefined ? undefined : join(folder, "application_default_credentials.json");
}
