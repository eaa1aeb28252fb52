// What is said inside a TLS connection, as a socket that another process can be given: a pair over loopback, of which
// this process keeps one end and joins it to the connection.
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream";

/** @throws Error when this machine has no socket left */
export async function plainSide(secured: Duplex): Promise<Socket> {
  const [own, given] = await socketPair();
  // Whichever ends first ends the other.
  pipeline(secured, own, secured, () => undefined);
  return given;
}

/** The second one is not read from yet. */
async function socketPair(): Promise<[Socket, Socket]> {
  const server = createServer({ pauseOnConnect: true });
  try {
    // Not through the primary, which would let another worker have it.
    server.listen({ port: 0, host: "127.0.0.1", exclusive: true });
    await once(server, "listening");
    const came: Socket[] = [];
    const { promise, resolve } = Promise.withResolvers<Socket>();
    const own = connect((server.address() as AddressInfo).port, "127.0.0.1");
    // Another program of this machine may have been quicker.
    const look = () => {
      for (const socket of came)
        if (own.localPort !== undefined && socket.remotePort === own.localPort) resolve(socket);
    };
    server.on("connection", (socket) => {
      came.push(socket);
      look();
    });
    await once(own, "connect");
    look();
    const given = await promise;
    for (const socket of came) if (socket !== given) socket.destroy();
    return [own, given];
  } finally {
    server.close();
  }
}
