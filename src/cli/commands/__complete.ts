import { buildCommand } from "@stricli/core";
import type { Session } from "../command.ts";
import { positionalText } from "../command.ts";

export default buildCommand({
  docs: {
    brief: "What can be typed next; asked by the shell",
    fullDescription: "One proposal a line, with what it means behind a tab. Never fails.",
  },
  parameters: {
    positional: { kind: "array", parameter: positionalText("Words so far, the last one unfinished", "word") },
  },
  async func(this: Session, _: object, ...words: readonly string[]) {
    const [{ propose }, { COMMANDS }, { valuesFrom }] = await Promise.all([
      import("../completion/propose.ts"),
      import("../commands.ts"),
      import("../completion/values.ts"),
    ]);
    const proposals = await propose(words, COMMANDS, valuesFrom(this.deps));
    const lines = new Map(proposals.map(({ text, brief }) => [text, brief ? `${text}\t${brief}` : text]));
    if (lines.size > 0) this.io.out([...lines.values()].join("\n"));
  },
});
