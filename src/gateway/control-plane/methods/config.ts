// openclaw.json: shown without its secrets, checked, changed. A running gateway takes the change from the file.
import * as v from "valibot";
import { method } from "../method.ts";
import { name, nothing } from "../params.ts";

/** Text that nests without end takes a reader minutes; no config is as long. */
const MOST_CHARACTERS = 1024 * 1024;
const raw = v.pipe(
  v.string(),
  v.maxLength(MOST_CHARACTERS, `must have at most ${MOST_CHARACTERS} characters`),
);
/** `sessionKey`, `note` and `restartDelayMs` are known to OpenClaw's clients, and mean nothing here. */
const told = {
  sessionKey: v.optional(v.string()),
  note: v.optional(v.string()),
  restartDelayMs: v.optional(v.number()),
};
const whole = v.strictObject({ raw, baseHash: v.optional(name), ...told });
const part = v.strictObject({
  raw,
  baseHash: v.optional(name),
  replacePaths: v.optional(v.pipe(v.array(name), v.maxLength(100))),
  ...told,
});

const replace = method("operator.admin", whole, async ({ deps }, { raw: text, baseHash }) => {
  const { changeConfig } = await import("../../../access/config-document.ts");
  return await changeConfig(deps, { raw: text, baseHash, merge: false });
});

export const configMethods = {
  "config.get": method("operator.read", nothing, async ({ deps }) => {
    const { configSnapshot } = await import("../../../access/config-document.ts");
    return configSnapshot(deps);
  }),

  "config.set": replace,
  "config.apply": replace,

  "config.patch": method("operator.admin", part, async ({ deps }, { raw: text, baseHash, replacePaths }) => {
    const { changeConfig } = await import("../../../access/config-document.ts");
    return await changeConfig(deps, { raw: text, baseHash, replacePaths, merge: true });
  }),

  /** The file as it is, or a document that is nowhere yet. */
  "config.validate": method(
    "operator.read",
    v.strictObject({ raw: v.optional(raw) }),
    async ({ deps }, asked) => {
      const { configSnapshot, faultsOfDocument } = await import("../../../access/config-document.ts");
      if (asked.raw === undefined) {
        const { path, exists, valid, issues, warnings } = configSnapshot(deps);
        return { path, exists, valid, issues, warnings };
      }
      const issues = faultsOfDocument(asked.raw);
      return { valid: issues.length === 0, issues };
    },
  ),
};
