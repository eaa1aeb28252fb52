// What is the same for every small exchange over HTTP: an answer read up to a limit, and why there was none.

/** The body as text, without the byte order mark that some servers begin with; `undefined` when it is larger. */
export async function boundedText(answer: Response, mostBytes: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > mostBytes) return undefined;
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** The code of the system behind a failed `fetch`. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error ? (error.cause as { code?: string } | undefined)?.code : undefined;

/** Why a `fetch` brought no answer; completes "<somebody> …". */
export function networkWords(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === "TimeoutError")
    return `did not answer within ${timeoutMs / 1000} s`;
  const code = codeOf(error);
  return `cannot be reached${code === undefined ? "" : ` (${code})`}`;
}
