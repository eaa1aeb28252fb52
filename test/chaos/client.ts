// A client of the chaos: it reads to the end, or leaves in the middle.
import type { Agent } from "node:http";
import { request } from "node:http";

export interface Seen {
  readonly status: number;
  /** `content-type` */
  readonly type: string;
  readonly runId: string | undefined;
  readonly text: string;
  /** The connection broke. */
  readonly broken?: string;
  /** The client left before the end. */
  readonly left?: true;
}

export interface Sending {
  readonly url: string;
  readonly agent: Agent | false;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  readonly leaves?: { readonly afterBytes: number; readonly afterMs: number };
}

export function send({ url, agent, headers, body, leaves }: Sending): Promise<Seen> {
  const { promise, resolve } = Promise.withResolvers<Seen>();
  const chunks: Buffer[] = [];
  let head: Pick<Seen, "status" | "type" | "runId"> = { status: 0, type: "", runId: undefined };
  const over = (rest: Partial<Seen> = {}) => {
    clearTimeout(leaving);
    resolve({ ...head, text: Buffer.concat(chunks).toString(), ...rest });
  };
  const sent = request(url, { method: "POST", headers, agent }, (response) => {
    head = {
      status: response.statusCode!,
      type: response.headers["content-type"] ?? "",
      runId: response.headers["x-openclaw-run-id"] as string | undefined,
    };
    let bytes = 0;
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (leaves && bytes >= leaves.afterBytes) leave();
    });
    response.on("end", () => over());
    response.on("error", ({ message }) => over({ broken: message }));
  });
  sent.on("error", ({ message }) => over({ broken: message }));
  // Whatever else ends a connection before there is an answer.
  sent.on("close", () => head.status === 0 && over({ broken: "closed without an answer" }));
  const leave = () => {
    over({ left: true });
    sent.destroy();
  };
  const leaving = leaves && setTimeout(leave, leaves.afterMs);
  sent.end(body);
  return promise;
}
