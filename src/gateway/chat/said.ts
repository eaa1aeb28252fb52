// What a run was asked, to tell the same message sent again from another one under the same key.
import { createHash } from "node:crypto";

export interface Said {
  readonly message: string;
  readonly attachments?: readonly unknown[] | undefined;
}

/** Runs are known for a while, and messages can be long. */
export function saidDigest({ message, attachments = [] }: Said): string {
  const digest = createHash("sha256").update(message);
  if (attachments.length > 0) digest.update("\0").update(JSON.stringify(attachments));
  return digest.digest("base64");
}
