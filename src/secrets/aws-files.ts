// Profiles of the files that AWS's tools share: `~/.aws/credentials` and `~/.aws/config`. Facts: AWS's reference of
// the shared files.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "./env.ts";

export type AwsProfile = ReadonlyMap<string, string>;

export const profileName = (env: Environment): string => env["AWS_PROFILE"]?.trim() || "default";

/** The settings of the profile in use; the credentials' file goes before the other. Absent ones have none. */
export function awsProfile(env: Environment): AwsProfile {
  const home = env["HOME"]?.trim();
  const name = profileName(env);
  const folder = home === undefined || home === "" ? undefined : join(home, ".aws");
  const fileOf = (variable: string, usual: string) =>
    env[variable]?.trim() || (folder === undefined ? undefined : join(folder, usual));
  const config = sectionsOf(textOf(fileOf("AWS_CONFIG_FILE", "config")));
  const credentials = sectionsOf(textOf(fileOf("AWS_SHARED_CREDENTIALS_FILE", "credentials")));
  return new Map([
    ...(config.get(name === "default" ? name : `profile ${name}`) ?? []),
    ...(credentials.get(name) ?? []),
  ]);
}

function textOf(file: string | undefined): string {
  try {
    return file === undefined ? "" : readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Pure. Nested settings, which are indented, are left out. */
export function sectionsOf(text: string): ReadonlyMap<string, AwsProfile> {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    const name = /^\[\s*([^\]]+?)\s*\]/.exec(line)?.[1]?.replaceAll(/\s+/g, " ");
    const setting = /^([^\s#;=][^=]*?)\s*=\s*(.*?)\s*$/.exec(line);
    if (name !== undefined) {
      section = sections.get(name) ?? new Map();
      sections.set(name, section);
    } else if (setting) section?.set(setting[1]!.toLowerCase(), setting[2]!);
  }
  return sections;
}

/** A region always has a name: AWS's tools ask in this order, and OpenClaw ends with the last. */
export const awsRegion = (env: Environment): string =>
  [env["AWS_REGION"], env["AWS_DEFAULT_REGION"], awsProfile(env).get("region"), "us-east-1"]
    .map((name) => name?.trim() ?? "")
    .find((name) => /^[a-z0-9-]+$/.test(name))!;
