// Loaded into a peer that cannot be told where to listen: it then listens on loopback, like everyone in the bench.
import { Server } from "node:net";

const listen = Server.prototype.listen as (...args: unknown[]) => Server;

Server.prototype.listen = function (this: Server, port: unknown, ...rest: unknown[]) {
  const callback = rest.find((argument) => typeof argument === "function");
  return listen.call(this, { port, host: "127.0.0.1", backlog: 2048 }, callback);
} as typeof Server.prototype.listen;
