// Everything through which a repair touches the disk: tests hand in others, which fail.
import { chmod, realpath, rename, rm, writeFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { writeConfig } from "../access/config-edit.ts";
import type { CommandDeps } from "../access/open-deps.ts";
import { readBytes } from "../config/document.ts";
import { replaceFile } from "../config/replace-file.ts";
import { AccessError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Store } from "../store/store.ts";

export interface Hands {
  readonly updateStore: Store["update"];
  /** Replaces the document `before` by `after`; returns the backup's path. */
  readonly writeConfig: (before: JsonObject, after: JsonObject) => Promise<string | undefined>;
  readonly readFile: (path: string) => Buffer | undefined;
  /** Puts back what stood there; `undefined`: no file. */
  readonly restoreFile: (path: string, bytes: Buffer | undefined) => Promise<void>;
  readonly createFile: (path: string, text: string) => Promise<void>;
  readonly removeFile: (path: string) => Promise<void>;
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly chmod: (path: string, mode: number) => Promise<void>;
}

export function handsOf(deps: CommandDeps): Hands {
  return {
    updateStore: (...args) => deps.store().update(...args),
    writeConfig: async (before, after) => {
      const written = await writeConfig(deps, (_config, current) => {
        if (isDeepStrictEqual(current, before)) return [{ path: [], value: after }];
        const place = deps.paths().configPath;
        throw new AccessError("config_conflict", `${place} was changed meanwhile. Run the command again.`);
      });
      return written.backupPath;
    },
    readFile(path) {
      const bytes = readBytes(path);
      return bytes && "value" in bytes ? bytes.value : undefined;
    },
    restoreFile: async (path, bytes) => {
      if (bytes === undefined) return rm(path, { force: true });
      // A link stays a link.
      await replaceFile(await realpath(path).catch(() => path), bytes);
    },
    createFile: (path, text) => writeFile(path, text, { mode: 0o600, flag: "wx", flush: true }),
    removeFile: (path) => rm(path, { force: true }),
    rename: (from, to) => rename(from, to),
    chmod: (path, mode) => chmod(path, mode),
  };
}
