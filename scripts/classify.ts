// Names the failures of a file of samples: `npm run -s classify -- rows.json` prints
// [{id, class, scope, resetAt, rotateKey}]. Relative reset times count from the file's `referenceNow`.
import { readFileSync } from "node:fs";
import process from "node:process";
import * as v from "valibot";
import { classify } from "../src/core/failure/classify.ts";
import type { UpstreamAnswer } from "../src/core/failure/failure.ts";

/** How a sample travelled, to how classification reads it. */
const TRANSPORT = {
  http: "http",
  sse: "sse",
  stream: "sse",
  sdk: "text",
  cli: "text",
  network: "network",
  text: "text",
} as const satisfies Record<string, UpstreamAnswer["transport"]>;

const Row = v.object({
  id: v.string(),
  provider: v.string(),
  transport: v.picklist(Object.keys(TRANSPORT) as (keyof typeof TRANSPORT)[]),
  http: v.nullish(v.number()),
  headers: v.optional(v.record(v.string(), v.string()), {}),
  body: v.unknown(),
});

const Samples = v.object({
  referenceNow: v.pipe(
    v.string(),
    v.check((text) => !Number.isNaN(Date.parse(text)), "Expected a date"),
  ),
  rows: v.array(Row),
});

function classified(row: v.InferOutput<typeof Row>, now: number) {
  const headers = Object.fromEntries(
    Object.entries(row.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const failure = classify(
    row.provider,
    {
      transport: TRANSPORT[row.transport],
      headers,
      body: row.body,
      ...(typeof row.http === "number" ? { status: row.http } : {}),
    },
    now,
  );
  return {
    id: row.id,
    class: failure.kind,
    scope: failure.scope,
    resetAt: failure.retryAt === undefined ? null : new Date(failure.retryAt).toISOString(),
    rotateKey: failure.rotateKey,
  };
}

function parseSamples(text: string): v.InferOutput<typeof Samples> {
  const result = v.safeParse(Samples, JSON.parse(text));
  if (result.success) return result.output;
  const issue = result.issues[0];
  throw new Error(`${v.getDotPath(issue) ?? "the file"}: ${issue.message}`);
}

function main([path]: readonly string[]): number {
  if (path === undefined) {
    process.stderr.write("Name a file of error samples: npm run -s classify -- rows.json\n");
    return 1;
  }
  try {
    const { referenceNow, rows } = parseSamples(readFileSync(path, "utf8"));
    const now = Date.parse(referenceNow);
    process.stdout.write(
      `${JSON.stringify(
        rows.map((row) => classified(row, now)),
        null,
        2,
      )}\n`,
    );
    return 0;
  } catch (error) {
    const reason = (error as Error).message.replace(/\s+/g, " ");
    process.stderr.write(`Cannot read "${path}" as error samples: ${reason}\n`);
    return 1;
  }
}

process.exitCode = main(process.argv.slice(2));
