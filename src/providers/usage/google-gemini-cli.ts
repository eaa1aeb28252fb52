// Gemini Code Assist. Fractions that are left, by model; shown as one window for each family.
import type { FoundWindow } from "../../core/usage-window.ts";
import { isoAt, numberAt, objectsAt, textAt } from "./fields.ts";
import type { UsageSurface } from "./surface.ts";
import { bearer, MALFORMED } from "./surface.ts";

export const googleGeminiCli: UsageSurface = {
  id: "google-gemini-cli",
  displayName: "Gemini",
  providers: ["google-gemini-cli"],
  types: ["oauth"],
  request: {
    urls: {
      "https://cloudcode-pa.googleapis.com":
        "https://cloudcode-pa.googleapis.com/v1internal:retrieveUserQuota",
    },
    headers: bearer,
    body: ({ projectId }) => (projectId === undefined ? {} : { project: projectId }),
  },
  parse(body) {
    if (!Array.isArray(body["buckets"])) return MALFORMED;
    const buckets = objectsAt(body, "buckets").flatMap((bucket) => {
      const model = textAt(bucket, "modelId");
      if (model === undefined) return [];
      return [
        { model, left: numberAt(bucket, "remainingFraction") ?? 1, resetsAt: isoAt(bucket, "resetTime") },
      ];
    });
    return { windows: [...family(buckets, "Pro"), ...family(buckets, "Flash")] };
  },
};

interface Bucket {
  readonly model: string;
  /** 0 to 1 */
  readonly left: number;
  readonly resetsAt: number | undefined;
}

function family(buckets: readonly Bucket[], label: string): FoundWindow[] {
  const word = label.toLowerCase();
  const own = buckets.filter(({ model }) => model.toLowerCase().includes(word));
  const lowest = own.toSorted((a, b) => a.left - b.left)[0];
  if (!lowest) return [];
  // A family is gone only when all its models are: until then the one that is bars itself alone.
  const whole = own.every(({ left }) => left <= 0);
  const scope = whole ? `*${word}*` : lowest.model;
  return [{ label, used: (1 - lowest.left) * 100, scope, resetsAt: lowest.resetsAt }];
}
