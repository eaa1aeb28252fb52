// Files that a program is given for one run, readable by nobody else and gone afterwards.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ImageSource } from "../../wire/translate/neutral.ts";

export interface Staged {
  readonly systemFile?: string;
  readonly images: readonly string[];
  remove(): Promise<void>;
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/gif": "gif",
  "image/webp": "webp",
};

/** Where programs that read only their working folder find images; OpenClaw's name of it. */
const IN_WORKSPACE = ".openclaw-cli-images";

/** @param workspace where images go; the system's folder for such files when left out */
export async function stage(
  system: string | undefined,
  images: readonly ImageSource[],
  workspace: string | undefined,
): Promise<Staged> {
  if (system === undefined && images.length === 0) return { images: [], remove: async () => {} };
  const folders: string[] = [];
  const folder = async (parent: string) => {
    await mkdir(parent, { recursive: true, mode: 0o700 });
    folders.push(await mkdtemp(join(parent, "openclaw-cli-")));
    return folders.at(-1)!;
  };
  const remove = async () => {
    for (const path of folders) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  };
  try {
    const systemFile = system === undefined ? undefined : join(await folder(tmpdir()), "system.md");
    if (systemFile !== undefined) await writeFile(systemFile, system!, { mode: 0o600 });
    const place =
      images.length === 0 ? "" : await folder(workspace ? join(workspace, IN_WORKSPACE) : tmpdir());
    const paths: string[] = [];
    for (const [i, source] of images.entries()) {
      if (source.kind !== "base64") continue;
      const path = join(place, `image-${i + 1}.${EXTENSIONS[source.mediaType] ?? "png"}`);
      await writeFile(path, Buffer.from(source.data, "base64"), { mode: 0o600 });
      paths.push(path);
    }
    return { ...(systemFile === undefined ? {} : { systemFile }), images: paths, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
