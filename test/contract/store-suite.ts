// What every store keeps (src/store/store.ts), as one suite that each engine runs.
import { after, before, describe } from "node:test";
import type { Store } from "../../src/store/store.ts";
import { clientSuite, leaseSuite } from "./client-suite.ts";
import { credentialSuite } from "./credential-suite.ts";
import type { Engine, StoreHome } from "./engine.ts";
import { NOW } from "./engine.ts";
import { familySuite } from "./family-suite.ts";
import { healthSuite } from "./health-suite.ts";
import { historySuite } from "./history-suite.ts";

export function storeSuite(engine: Engine): void {
  describe(`store contract: ${engine.name}`, { concurrency: false }, () => {
    let home: StoreHome;
    let store: Store;
    let agents = 0;
    /** Each test has an agent of its own. */
    const agent = () => `agent${++agents}`;
    before(async () => {
      home = await engine.create(() => NOW);
      store = home.open();
    });
    after(async () => {
      await store.close();
      await home.remove();
    });
    const context = { agent, store: () => store, open: () => home.open(), runs: engine.runs };
    credentialSuite(context);
    healthSuite(context);
    leaseSuite(context);
    clientSuite(context);
  });
  describe(`store history: ${engine.name}`, { concurrency: false }, () => historySuite(engine));
  describe(`token families: ${engine.name}`, { concurrency: false }, () => familySuite(engine));
}
