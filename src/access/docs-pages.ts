// The pages in docs/, which the package brings along.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { AccessError } from "../core/errors.ts";

export interface DocsPage {
  readonly id: string;
  readonly title: string;
}

/** Beside the sources, or beside the bundle in dist/. */
const FOLDER = join(import.meta.dirname, import.meta.filename.endsWith(".ts") ? "../../docs" : "../docs");

export async function listPages(): Promise<DocsPage[]> {
  return await Promise.all(
    (await pageIds()).map(async (id) => ({ id, title: titleOf(await textOf(id)) ?? id })),
  );
}

/** @throws AccessError `bad_input` for a page that there is not */
export async function readPage(id: string): Promise<DocsPage & { readonly markdown: string }> {
  const ids = await pageIds();
  if (!ids.includes(id))
    throw new AccessError("bad_input", `There is no page "${id}". There are: ${ids.join(", ") || "none"}.`);
  const markdown = await textOf(id);
  return { id, title: titleOf(markdown) ?? id, markdown };
}

async function pageIds(): Promise<string[]> {
  const names = await readdir(FOLDER).catch(() => []);
  return names.flatMap((name) => /^([\w-]+)\.md$/.exec(name)?.[1] ?? []).toSorted();
}

const textOf = (id: string): Promise<string> => readFile(join(FOLDER, `${id}.md`), "utf8");
const titleOf = (markdown: string): string | undefined => /^# (.+)$/m.exec(markdown)?.[1];
