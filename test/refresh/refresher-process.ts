// A process that shares a login with others: refreshes the generation that it is told, and says how it went.
//   node refresher-process.ts <home> <token url>
import { createInterface } from "node:readline";
import { Refresher } from "../../src/access/refresh.ts";
import { resolvePaths } from "../../src/config/paths.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";

const [home, url] = process.argv.slice(2) as [string, string];
const store = openSqliteStore({ paths: resolvePaths({}, home), now: Date.now });
const refresher = new Refresher({
  store: () => store,
  endpoint: () => ({ url, encoding: "form" }),
  now: Date.now,
});

process.stdout.write("ready\n");
for await (const generation of createInterface({ input: process.stdin })) {
  const common = { id: "p:ada", provider: "p", type: "oauth", source: "store", owner: "main" } as const;
  const result = await refresher.refresh({ ...common, generation });
  process.stdout.write(`${result.kind}\n`);
}
await store.close();
