import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AccessError } from "../../core/errors.ts";
import type { Listening } from "../sockets/listen.ts";
import { handOver } from "./hand-over.ts";

/** Ports from 1000 on; those below `freeFrom` are another program's before workers have them. */
function machine(freeFrom: number, fault = new AccessError("port_taken", "taken")) {
  let next = 1000;
  let open = 0;
  const listen = async (): Promise<Listening> => {
    open++;
    return { port: next++, secure: () => undefined, close: async () => void open-- };
  };
  const start = async (port: number) => {
    assert.equal(open, 0);
    if (port < freeFrom) throw fault;
    return port;
  };
  return { listen, start };
}

describe("a port on its way to the workers", () => {
  test("that another program takes is given up for another one, where any would do", async () => {
    const { listen, start } = machine(1002);
    assert.equal(await handOver(0, listen, start), 1002);
  });

  test("that was asked for is not given up", async () => {
    const { listen, start } = machine(1002);
    await assert.rejects(handOver(1000, listen, start), { code: "port_taken" });
  });

  test("is given up for nothing else, and not without end", async () => {
    const broken = machine(1002, new AccessError("config_invalid", "no"));
    await assert.rejects(handOver(0, broken.listen, broken.start), { code: "config_invalid" });
    const busy = machine(Infinity);
    await assert.rejects(handOver(0, busy.listen, busy.start), { code: "port_taken" });
  });
});
