// The bytes below a WebSocket.
import type { Socket } from "node:net";
import { MOST_BYTES_BEFORE_HELLO } from "./protocol.ts";

/** Before the handshake a client may not make us keep much of what it sends. */
export function boundBytes(stream: Socket, isOpen: () => boolean, tooMuch: () => void): void {
  const from = stream.bytesRead;
  const look = () => {
    if (isOpen()) stream.off("data", look);
    else if (stream.bytesRead - from > MOST_BYTES_BEFORE_HELLO) tooMuch();
  };
  // Ahead of whoever takes the bytes.
  stream.prependListener("data", look);
}

/** To be called before each write: what is written in one round of the event loop goes out in one piece. */
export function gathering(stream: Socket): () => void {
  let isGathering = false;
  return () => {
    if (isGathering) return;
    isGathering = true;
    stream.cork();
    setImmediate(() => {
      isGathering = false;
      stream.uncork();
    });
  };
}
