// Places in an address that is built in or configured, filled from the environment: `{region}` and the like.
import { awsRegion } from "../secrets/aws-files.ts";
import type { Environment } from "../secrets/env.ts";

/** Place → the variables that name it, first non-empty wins. */
const VARIABLES: Readonly<Record<string, readonly string[]>> = {
  region: ["AWS_REGION", "AWS_DEFAULT_REGION"],
  location: ["GOOGLE_CLOUD_LOCATION", "CLOUD_ML_REGION"],
  project: ["GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "ANTHROPIC_VERTEX_PROJECT_ID"],
  resource: ["AZURE_OPENAI_RESOURCE", "AZURE_OPENAI_RESOURCE_NAME", "AZURE_RESOURCE_NAME"],
  account_id: ["CLOUDFLARE_ACCOUNT_ID"],
  gateway_id: ["CLOUDFLARE_GATEWAY_ID"],
};

const PLACE = /\{(\w+)\}/g;

const hasPlaces = (address: string): boolean => address.includes("{");

/** The address with all places filled; `undefined` when one is not known. */
export function filledAddress(address: string, env: Environment | undefined): string | undefined {
  if (!hasPlaces(address)) return address;
  if (!env) return undefined;
  const whole = address.includes("{resource}") ? wholeAddress(env) : undefined;
  if (whole !== undefined) return whole;
  let complete = true;
  const filled = address.replaceAll(PLACE, (_, name: string) => {
    const value = valueOf(name, env);
    complete &&= value !== undefined;
    return value ?? "";
  });
  // Google's one place that is everywhere has no name of its own in front.
  return complete ? filled.replace("//global-aiplatform.", "//aiplatform.") : undefined;
}

/** Azure's tools name the whole address of a resource. */
function wholeAddress(env: Environment): string | undefined {
  const text = [env["AZURE_OPENAI_BASE_URL"], env["AZURE_OPENAI_ENDPOINT"]]
    .map((one) => one?.trim())
    .find(Boolean);
  return text !== undefined && /^https?:\/\//.test(text) && URL.canParse(text) ? text : undefined;
}

function valueOf(name: string, env: Environment): string | undefined {
  if (name === "region") return awsRegion(env);
  const given = VARIABLES[name]?.map((variable) => env[variable]?.trim()).find(Boolean);
  const value = given ?? (name === "location" ? "global" : undefined);
  // It becomes part of a host: nothing may lead elsewhere.
  return value !== undefined && /^[A-Za-z0-9][\w-]*$/.test(value) ? value : undefined;
}

/** What to set so that the address is known; `undefined` when it is. */
export function addressFault(provider: string, address: string, env: Environment): string | undefined {
  if (filledAddress(address, env) !== undefined) return undefined;
  const missing = [...address.matchAll(PLACE)]
    .map(([, name]) => name!)
    .find((name) => valueOf(name, env) === undefined);
  const variable = VARIABLES[missing ?? ""]?.[0];
  const set = variable === undefined ? "" : `Set ${variable}, or write `;
  return `The address of ${provider} holds {${missing}}, which nothing here says. ${set === "" ? "Write " : set}models.providers.${provider}.baseUrl into openclaw.json.`;
}
