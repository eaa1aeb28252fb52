// `openai-codex` in openclaw.json: profiles, order, model references wherever they stand (fidelity spec §10).
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import type { Renames } from "./codex-ids.ts";
import { joinOrders, NEW, OLD } from "./codex-ids.ts";

/** Sections in which a text that looks like a reference is none, or means the endpoint of that name. */
const NO_REFERENCES: ReadonlySet<string> = new Set(["auth", "env", "secrets", "meta", "models"]);

/** The document with the present names; itself when there is nothing to rename. Pure. */
export function renamedDocument(document: JsonObject, rename: Renames): JsonObject {
  const entries = Object.entries(document).map(([key, value]): [string, unknown] => {
    if (key === "auth") return [key, isObject(value) ? renamedAuth(value, rename) : value];
    return [key, NO_REFERENCES.has(key) ? value : renamedRefs(value, rename)];
  });
  return Object.fromEntries(entries);
}

function renamedAuth(auth: JsonObject, rename: Renames): JsonObject {
  const { profiles, order, cooldowns } = auth;
  return {
    ...auth,
    ...(isObject(profiles) && { profiles: renamedProfiles(profiles, rename) }),
    ...(isObject(order) && { order: renamedOrder(order, rename) }),
    ...(isObject(cooldowns) && { cooldowns: renamedCooldowns(cooldowns) }),
  };
}

/** Of an old and a present entry for one id the present one stays. */
function renamedProfiles(profiles: JsonObject, rename: Renames): JsonObject {
  const renamed: Record<string, unknown> = {};
  for (const [id, entry] of Object.entries(profiles)) {
    const to = rename(id);
    if (to !== id && Object.hasOwn(profiles, to)) continue;
    renamed[to] = isObject(entry) && entry["provider"] === OLD ? { ...entry, provider: NEW } : entry;
  }
  return renamed;
}

function renamedOrder(order: JsonObject, rename: Renames): JsonObject {
  const lists = new Map(
    Object.entries(order).flatMap(([provider, ids]) =>
      Array.isArray(ids) ? [[provider.trim().toLowerCase() === OLD ? OLD : provider, ids] as const] : [],
    ),
  );
  const joined = joinOrders<unknown>(lists, (id) => (typeof id === "string" ? rename(id) : id));
  const others = Object.entries(order).filter(([, ids]) => !Array.isArray(ids));
  return { ...Object.fromEntries(others), ...Object.fromEntries(joined) };
}

function renamedCooldowns(cooldowns: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(cooldowns).map(([key, value]) => {
      if (!isObject(value) || !Object.hasOwn(value, OLD)) return [key, value];
      const { [OLD]: old, ...rest } = value;
      return [key, { [NEW]: old, ...rest }];
    }),
  );
}

const OLD_REF = new RegExp(`^${OLD}/(?=\\S)`, "i");

/** A reference with the provider renamed, also in its `@profile`; any other text as it is. */
function renamedRef(text: string, rename: Renames): string {
  if (!OLD_REF.test(text)) return text;
  const [model, profile] = text.replace(OLD_REF, `${NEW}/`).split(/@(?=[^@/]*:)/);
  return profile === undefined ? model! : `${model}@${rename(profile)}`;
}

function renamedRefs(value: unknown, rename: Renames): unknown {
  if (typeof value === "string") return renamedRef(value, rename);
  if (Array.isArray(value))
    return distinct(
      value,
      value.map((each) => renamedRefs(each, rename)),
    );
  return isObject(value) ? renamedKeys(value, rename) : value;
}

/** A list that named both spellings of one model names it once. */
const distinct = (before: readonly unknown[], after: readonly unknown[]): unknown[] =>
  after.filter(
    (each, index) =>
      typeof each !== "string" || each === before[index] || !after.slice(0, index).includes(each),
  );

/** Keys are references in tables of models. Of two spellings the present one's settings count. */
function renamedKeys(table: JsonObject, rename: Renames): JsonObject {
  const renamed = new Map<string, unknown>();
  for (const [key, value] of Object.entries(table)) {
    const to = renamedRef(key, rename);
    const next = to === key ? renamedRefs(value, rename) : onCodex(renamedRefs(value, rename));
    const there = renamed.get(to);
    const [weak, strong] = to === key ? [there, next] : [next, there];
    renamed.set(to, isObject(weak) && isObject(strong) ? { ...weak, ...strong } : (strong ?? weak));
  }
  return Object.fromEntries(renamed);
}

/** The runtime that the old name stood for. */
const onCodex = (settings: unknown): unknown =>
  isObject(settings) ? { ...settings, agentRuntime: settings["agentRuntime"] ?? { id: "codex" } } : settings;
