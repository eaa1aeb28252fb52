import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AwsV4Signer } from "aws4fetch";
import fc from "fast-check";
import type { AwsKeys, SignedCall } from "./aws-sigv4.ts";
import { signatureHeaders } from "./aws-sigv4.ts";

/** AWS's published test suite for Signature Version 4: what all of its cases share. */
const KEYS: AwsKeys = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};
const SCOPE = { region: "us-east-1", service: "service" };
const NOW = Date.UTC(2015, 7, 30, 12, 36);
const HOST = "example.amazonaws.com";

/** Name of the case → method, path, body, further headers, signed headers, signature. */
const VECTORS: Readonly<
  Record<string, readonly [string, string, string, Record<string, string>, string, string]>
> = {
  "get-vanilla": [
    "GET",
    "/",
    "",
    {},
    "host;x-amz-date",
    "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
  ],
  "post-vanilla": [
    "POST",
    "/",
    "",
    {},
    "host;x-amz-date",
    "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
  ],
  "get-vanilla-query-order-key-case": [
    "GET",
    "/?Param2=value2&Param1=value1",
    "",
    {},
    "host;x-amz-date",
    "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
  ],
  "post-x-www-form-urlencoded": [
    "POST",
    "/",
    "Param1=value1",
    { "content-type": "application/x-www-form-urlencoded" },
    "content-type;host;x-amz-date",
    "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
  ],
};

const valueOf = (headers: readonly string[], name: string): string | undefined =>
  headers[headers.indexOf(name) + 1];

describe("AWS's published vectors", () => {
  for (const [name, [method, path, body, headers, signed, signature]] of Object.entries(VECTORS))
    test(name, () => {
      const added = signatureHeaders({ method, host: HOST, path, headers, body }, KEYS, SCOPE, NOW);
      assert.equal(valueOf(added, "x-amz-date"), "20150830T123600Z");
      assert.equal(
        valueOf(added, "authorization"),
        `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${signed}, Signature=${signature}`,
      );
    });
});

test("an independent signer comes to the same, whatever is signed", async () => {
  const segment = fc
    .string({ minLength: 1, maxLength: 12, unit: "binary" })
    .filter((text) => !/^\.{1,2}$/.test(text));
  await fc.assert(
    fc.asyncProperty(
      fc.array(segment, { minLength: 1, maxLength: 4 }),
      fc.string({ unit: "binary" }),
      fc.option(fc.stringMatching(/^[A-Za-z0-9+/=]{1,60}$/), { nil: undefined }),
      fc.integer({ min: 0, max: 4e12 }),
      async (segments, body, sessionToken, now) => {
        const path = `/${segments.map((text) => encodeURIComponent(text.toWellFormed())).join("/")}`;
        const keys = { ...KEYS, ...(sessionToken === undefined ? {} : { sessionToken }) };
        const headers = { "content-type": "application/json" };
        const call: SignedCall = { method: "POST", host: HOST, path, headers, body: Buffer.from(body) };
        const added = signatureHeaders(call, keys, SCOPE, now);
        const signer = new AwsV4Signer({
          ...keys,
          ...SCOPE,
          url: `https://${HOST}${path}`,
          method: "POST",
          headers,
          body: Buffer.from(body),
          datetime: valueOf(added, "x-amz-date")!,
          allHeaders: true,
        });
        const expected = (await signer.sign()).headers;
        assert.equal(valueOf(added, "authorization"), expected.get("authorization"));
        assert.equal(added.includes(sessionToken ?? "x-amz-security-token"), sessionToken !== undefined);
      },
    ),
    { numRuns: 100 },
  );
});
