// One real call with each credential that there is. Nothing is written; `models status --probe` records what it finds.
import { triedWords } from "../summary.ts";
import { tryStored } from "../try.ts";
import type { Step } from "./step.ts";

export const healthStep: Step = async ({ deps, talk, request }, draft) => {
  if (!(await talk.confirm("Make one small real call with each credential?", true))) return draft;
  const { testTimeoutMs: timeoutMs } = request;
  const rows = await talk.wait((signal) => tryStored(deps, draft, { timeoutMs, signal }));
  const lines = rows.map(({ label, tried }) => `${label}: ${triedWords(tried)}`);
  talk.notify(lines.length > 0 ? lines.join("\n") : "There is no credential yet.");
  return draft;
};
