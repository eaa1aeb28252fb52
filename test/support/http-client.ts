// A client that shows what arrived byte for byte, also when the connection broke, and one that writes raw bytes.
import { request } from "node:http";
import { connect } from "node:net";
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

export interface Seen {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** code of the transport error, if the answer did not end as HTTP wants it */
  readonly broken?: string | undefined;
}

export interface Sending {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

/** Resolves when the answer ended or broke. @throws when the connection broke before any answer */
export function send(url: string, { method = "POST", headers = {}, body }: Sending = {}): Promise<Seen> {
  return new Promise((resolve, reject) => {
    let answered = false;
    const sent = request(url, { method, headers, agent: false }, (response) => {
      answered = true;
      const chunks: Buffer[] = [];
      const seen = (broken?: string) =>
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
          broken,
        });
      response.on("data", (chunk: Buffer) => void chunks.push(chunk));
      response.on("end", () => seen());
      response.on("error", ({ code }: NodeJS.ErrnoException) => seen(code));
    });
    sent.on("error", (error) => {
      if (!answered) reject(error);
    });
    sent.end(body);
  });
}

/** Writes `pieces` to a socket and returns all that comes back until the gateway closes it. */
export function sendRaw(port: number, pieces: readonly string[], ms = 60_000): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => {
      for (const piece of pieces) socket.write(piece);
    });
    socket.setTimeout(ms, () => socket.destroy(new Error(`Open after ${ms} ms; so far: ${text}`)));
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => void (text += chunk));
    socket.on("close", () => resolve(text));
    socket.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNRESET" || error.code === "EPIPE" ? resolve(text) : reject(error),
    );
  });
}
