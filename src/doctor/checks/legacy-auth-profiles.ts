// `auth-profiles.json` and `auth.json` of an agent: credentials go into its store, the file becomes a backup.
import type { Check, Problem } from "../check.ts";
import { FIX } from "../check.ts";
import { filesOf, importable, listed, missing, withCredentials, withState } from "../import-entries.ts";
import { readEntries } from "../legacy-entries.ts";
import type { LegacyKind, World } from "../world.ts";
import { withAgent, withoutFile } from "../world.ts";

export const legacyAuthProfiles = importCheck("core/doctor/legacy-auth-profiles", "auth-profiles");
export const legacyAuthJson = importCheck("core/doctor/legacy-auth-json", "auth");

function importCheck(id: string, kind: LegacyKind): Check {
  return {
    id,
    imports: true,
    look: (world) => [...importProblems(world, kind), ...unreadable(world, kind)],
    mend: (world) => importable(world, kind).reduce((result, { file }) => imported(result, file.path), world),
  };
}

function importProblems(world: World, kind: LegacyKind): Problem[] {
  return importable(world, kind).map(({ file, document, agent }) => {
    const { credentials, others } = readEntries(document);
    const fresh = missing(agent, credentials).map(([id]) => id);
    const there = [...credentials.keys()].filter((id) => !fresh.includes(id));
    const notes = [
      fresh.length > 0 ? `imports ${listed(fresh)} into agent ${agent.id}` : "imports nothing",
      ...(there.length > 0 ? [`keeps the stored ${listed(there)}`] : []),
      ...(others.length > 0 ? [`leaves out what is no credential: ${listed(others)}`] : []),
    ];
    return {
      severity: "warning",
      path: file.path,
      message: `Credentials of a former version: ${listed([...credentials.keys()]) || "none"}. They are not used from this file.`,
      repair: `${file.path}: ${notes.join("; ")}; the file becomes a backup`,
      fixHint: FIX,
    };
  });
}

/** A file that cannot be imported stays, and says why. */
export const unreadable = (world: World, kind: LegacyKind): Problem[] =>
  filesOf(world, kind)
    .filter(({ document }) => !document)
    .map(({ path, fault = "is no JSON object" }) => ({
      severity: "error",
      path,
      message: `This file of a former version ${fault}; nothing in it can be imported.`,
      fixHint: "Correct the file and run doctor --fix again, or move it away.",
    }));

function imported(world: World, path: string): World {
  const file = world.files.find((each) => each.path === path)!;
  const agent = world.agents.get(file.agent)!;
  const { credentials } = readEntries(file.document!);
  const filled = withCredentials(agent, missing(agent, credentials));
  // Versions before auth-state.json kept order and usage in the same file.
  return withoutFile(withAgent(world, withState(filled, file.document!, world.now)), file);
}
