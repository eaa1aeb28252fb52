import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { test } from "node:test";
import { portHolder } from "./port-holder.ts";

test(
  "a program that holds a port is named, not its thread",
  { skip: process.platform !== "linux" },
  async (t) => {
    const server = createServer().listen(0, "127.0.0.1");
    t.after(() => server.close());
    await once(server, "listening");
    const holder = portHolder((server.address() as AddressInfo).port);
    assert.equal(holder?.pid, process.pid);
    assert.notEqual(holder?.name, "MainThread");
  },
);
