// A test reporter that prints nothing: it sends the counts of a whole run to scripts/test.ts.
import type { TestEvent } from "node:test/reporters";

type Summary = Extract<TestEvent, { type: "test:summary" }>["data"];

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

// eslint-disable-next-line require-yield -- a reporter is a generator, also one that says nothing
export default async function* testCounts(events: AsyncIterable<TestEvent>): AsyncGenerator<string, void> {
  for await (const event of events) {
    if (event.type === "test:summary" && event.data.file === undefined)
      process.send?.(countsOf(event.data.counts));
  }
}

const countsOf = ({ tests, passed, skipped, todo }: Summary["counts"]): Counts => ({
  passed,
  failed: tests - passed - skipped - todo,
  skipped: skipped + todo,
});
