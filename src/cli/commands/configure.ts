import { buildCommand } from "@stricli/core";
import { AccessError } from "../../core/errors.ts";
import type { Section } from "../../onboard/wizard.ts";
import type { Session } from "../command.ts";
import { AGENT_FLAG, JSON_FLAG } from "../command.ts";

interface Flags {
  readonly section: readonly string[];
  readonly agent?: string;
  readonly json: boolean;
}

const SECTIONS: readonly Section[] = ["model", "gateway", "daemon", "workspace", "sealing", "health"];

/** OpenClaw's own; kept for it. */
const ELSEWHERE = ["web", "channels", "plugins", "skills"];

export default buildCommand({
  docs: {
    brief: "Change an existing setup: credentials, models, gateway, service",
    fullDescription:
      "Asks what is to be changed, tries new credentials with one real call, shows the plan, and writes it when you agree. The default model stays unless you choose another.",
  },
  parameters: {
    flags: {
      section: {
        kind: "parsed",
        parse: String,
        brief: `One of ${SECTIONS.join(", ")}; may be repeated`,
        placeholder: "section",
        variadic: true,
        default: [],
      },
      agent: AGENT_FLAG,
      json: JSON_FLAG,
    },
  },
  async func(this: Session, { section, agent, json }: Flags) {
    const sections = section.map(sectionOf);
    const deps = await this.deps();
    const [{ usualRequest }, { configureAsking }, { printOnboarded }] = await Promise.all([
      import("../onboard-flags.ts"),
      import("../onboard.ts"),
      import("../onboard-print.ts"),
    ]);
    const report = await configureAsking(this.io, deps, usualRequest(agent), sections, json);
    this.exit(printOnboarded(this.io, deps, report, json));
  },
});

function sectionOf(name: string): Section {
  const known = SECTIONS.find((each) => each === name);
  if (known) return known;
  throw new AccessError(
    "bad_input",
    ELSEWHERE.includes(name)
      ? `${name} is a section of OpenClaw's, which has the part. Here: ${SECTIONS.join(", ")}.`
      : `There is no section "${name}". Use ${SECTIONS.join(", ")}.`,
  );
}
