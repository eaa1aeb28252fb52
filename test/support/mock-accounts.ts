// One aimock for each account of a provider, behind the one address that a provider has: the key says which.
import { LLMock } from "@copilotkit/aimock";
import type { Action, Script } from "../fakes/scripted-upstream.ts";

export interface MockAccounts {
  /** By account name. */
  readonly mocks: Readonly<Record<string, LLMock>>;
  readonly script: Script;
  /** Cuts the answers of `account` after this many bytes; `undefined` lets them pass. */
  cut(account: string, afterBytes: number | undefined): void;
  stop(): Promise<void>;
}

export async function startMockAccounts(names: readonly string[]): Promise<MockAccounts> {
  const mocks = Object.fromEntries(names.map((name) => [name, new LLMock({ port: 0, logLevel: "silent" })]));
  await Promise.all(Object.values(mocks).map((mock) => mock.start()));
  const cuts = new Map<string, number>();
  return {
    mocks,
    script: (call) => {
      const name = call.key.split("-").at(-1)!;
      return forward(mocks[name]!, cuts.get(name));
    },
    cut: (account, afterBytes) =>
      void (afterBytes === undefined ? cuts.delete(account) : cuts.set(account, afterBytes)),
    stop: async () => void (await Promise.all(Object.values(mocks).map((mock) => mock.stop()))),
  };
}

/** The account's own answer, byte for byte; or the beginning of it. */
const forward =
  (mock: LLMock, cutAfter: number | undefined): Action =>
  async ({ call, response, signal, cut }) => {
    const answer = await fetch(mock.url + call.path.replace(/^\/\w+/, ""), {
      method: call.method,
      headers: { "content-type": "application/json", "x-api-key": "mock", authorization: "Bearer mock" },
      body: call.body.text,
      signal,
    });
    const headers = ["content-type", "retry-after"].flatMap((name) => {
      const value = answer.headers.get(name);
      return value === null ? [] : [name, value];
    });
    response.writeHead(answer.status, headers);
    let left = cutAfter ?? Infinity;
    for await (const chunk of answer.body ?? []) {
      await new Promise((resolve) => response.write(chunk.subarray(0, left), resolve));
      left -= chunk.length;
      if (left <= 0) return cut("reset");
    }
    response.end();
  };
