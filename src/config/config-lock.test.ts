import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { withConfigLock } from "./config-lock.ts";

const folder = mkdtempSync(join(tmpdir(), "config-lock-"));
after(() => rmSync(folder, { recursive: true }));

test("a lock that cannot be taken is named, with what to do", async () => {
  const torn = join(folder, "torn.sqlite");
  writeFileSync(torn, "no database ".repeat(1000));
  for (const [file, remedy] of [
    [torn, /torn\.sqlite cannot be used as a lock: .*Check free space\. It holds nothing: it may be deleted/],
    [join(torn, "below"), /below cannot be used as a lock: .*Check the folder's owner/],
  ] as const)
    await assert.rejects(
      withConfigLock(file, async () => assert.fail("it was not held")),
      (error: any) => error.code === "store_unwritable" && remedy.test(error.message),
    );
});
