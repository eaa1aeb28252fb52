import assert from "node:assert/strict";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { test } from "node:test";
import { listen } from "./listen.ts";

test("a taken port: who holds it, where the system tells, and what to do", async (t) => {
  const holder = createServer().listen(0, "127.0.0.1");
  t.after(() => holder.close());
  await once(holder, "listening");
  const { port } = holder.address() as AddressInfo;
  await assert.rejects(
    listen(["127.0.0.1"], port, () => {}),
    (error: any) => {
      assert.equal(error.code, "port_taken");
      const by = process.platform === "linux" ? `by \\S.* \\(pid ${process.pid}\\)` : "by another program";
      assert.match(
        error.message,
        new RegExp(`^Port ${port} on 127.0.0.1 is taken ${by}\\. Stop it or choose another`),
      );
      return true;
    },
  );
});

test("who has not ended in time is told so before it is cut", async () => {
  const late: ServerResponse[] = [];
  const listening = await listen(["127.0.0.1"], 0, (_, response) => {
    response.writeHead(200);
    response.write("begun, ");
    late.push(response);
  });
  const answer = await fetch(`http://127.0.0.1:${listening.port}`);
  const closed = listening.close(10, () => late.forEach((response) => response.end("and ended")));
  assert.equal(await answer.text(), "begun, and ended");
  await closed;
});

test("an address that this machine does not have", async () => {
  await assert.rejects(
    listen(["192.0.2.77"], 0, () => {}),
    /no address 192\.0\.2\.77.*gateway\.bind/,
  );
});
