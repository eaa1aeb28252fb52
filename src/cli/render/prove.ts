// What `openclaw secrets prove` found, for people.
import type { SecretName } from "../../access/prove/known.ts";
import type { Place, Sighting } from "../../access/prove/places.ts";
import type { ProveReport } from "../../access/prove/prove.ts";

const MOST_LINES = 100;

export function* renderProof(report: ProveReport, showPath: (file: string) => string): Iterable<string> {
  const { leaks, backups, expected, searched } = report;
  for (const leak of leaks.slice(0, MOST_LINES)) yield `LEAK  ${lineOf(leak, showPath)}`;
  if (leaks.length > MOST_LINES) yield `… and ${leaks.length - MOST_LINES} more; --json has all.`;
  for (const copy of backups.slice(0, MOST_LINES)) yield `copy  ${lineOf(copy, showPath)}`;
  if (backups.length > MOST_LINES) yield `… and ${backups.length - MOST_LINES} more copies; --json has all.`;
  const homes = Map.groupBy(expected, ({ place }) => holderOf(place, showPath));
  for (const [name, sightings] of homes) {
    const secrets = new Set(sightings.map(({ secret }) => JSON.stringify(secret)));
    yield `ok    ${name}: ${counted(secrets.size, "secret")}, as expected`;
  }
  const { files, bytes, answers, processes } = searched;
  const looked = [
    `${counted(files, "file")} (${Math.ceil(bytes / 1e6)} MB)`,
    ...(answers > 0 ? [counted(answers, "answer")] : []),
    ...(processes > 0 ? [counted(processes, "process", "processes")] : []),
  ].join(", ");
  yield `Looked for ${counted(report.secrets.sought, "secret")} in ${looked}: ${OUTCOME[report.status](leaks.length)}`;
}

const OUTCOME: Readonly<Record<ProveReport["status"], (leaks: number) => string>> = {
  clean: () => "nothing outside of where it belongs.",
  leaks: (count) => `${counted(count, "leak")}.`,
  incomplete: () => "no leak was seen, but not everything could be looked at.",
};

const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

function lineOf({ place, secret, forms, at, count }: Sighting, showPath: (file: string) => string): string {
  const often = count > 1 ? `, ${count} times` : "";
  const written = forms.filter((form) => form !== "plain");
  const how = written.length > 0 ? ` as ${written.join(", ")}` : "";
  return `${placeOf(place, at, showPath)}: ${nameOf(secret.names[0])} ${secret.label}${how}${often}`;
}

function placeOf(place: Place, at: readonly number[], showPath: (file: string) => string): string {
  const where = at.join(", ");
  if (place.kind === "file") return `${showPath(place.file)} at byte ${where}`;
  if (place.kind === "row") return `${showPath(place.file)} ${place.table}.${place.column}, row ${where}`;
  return holderOf(place, showPath);
}

function holderOf(place: Place, showPath: (file: string) => string): string {
  if (place.kind === "file" || place.kind === "row") return showPath(place.file);
  if (place.kind === "answer") return `${place.request}, ${place.part}`;
  return place.kind === "argument"
    ? `process ${place.process}, argument ${place.name}`
    : `process ${place.process}, variable ${place.name}`;
}

const WORDS: Readonly<Record<SecretName["kind"], string>> = {
  api_key: "API key",
  token: "token",
  oauth_access: "access token",
  oauth_refresh: "refresh token",
  credential_field: "stored secret",
  reference: "reference",
  config: "config",
  environment: "variable",
  gateway: "the gateway's secret",
  client_key: "client key",
  install_key: "install key",
  seal_key: "seal key",
};

function nameOf(name: SecretName | undefined): string {
  if (!name) return "secret";
  const of = [name.profileId ?? name.name, name.agentId && `of ${name.agentId}`].filter(Boolean).join(" ");
  return `${name.former ? "former " : ""}${WORDS[name.kind]}${of ? ` ${of}` : ""}`;
}
