// Connections that were sent to a worker which has not taken them yet. Node forgets them when the worker dies: the
// primary keeps them open, and their clients wait for ever. So they go to another worker, as Node sends on those that a
// worker declines. This reads messages of node:cluster that are not documented; where they change, nothing is noted.
import type { Worker } from "node:cluster";

interface Closable {
  close(): void;
}

/** @returns to be called when the worker has ended: gives up those that were not taken: `others` tells whether there is a worker for them */
export function followUntaken({ process }: Worker): (others: boolean) => void {
  const untaken = new Map<number, Closable>();
  const send = process.send.bind(process) as (...args: unknown[]) => boolean;
  process.send = (...args: unknown[]): boolean => {
    const [message, handle] = args;
    if (isConnection(message) && isClosable(handle)) untaken.set(message.seq, handle);
    return send(...args);
  };
  process.on(
    "internalMessage",
    ({ ack }: { ack?: number }) => void (ack !== undefined && untaken.delete(ack)),
  );
  let isCutOff = false;
  process.once("disconnect", () => (isCutOff = true));
  return (others) => {
    // Which Node does not tell while a connection is on its way: until then it counts on the worker.
    if (!isCutOff) process.emit("disconnect");
    const given = [...untaken];
    untaken.clear();
    for (const [ack, handle] of given)
      if (others)
        process.emit("internalMessage" as never, { cmd: "NODE_CLUSTER", ack, accepted: false } as never);
      else handle.close();
  };
}

const isConnection = (message: unknown): message is { seq: number } =>
  typeof message === "object" &&
  message !== null &&
  "act" in message &&
  message.act === "newconn" &&
  "seq" in message &&
  typeof message.seq === "number";

const isClosable = (handle: unknown): handle is Closable =>
  typeof handle === "object" && handle !== null && "close" in handle && typeof handle.close === "function";
