// Flags of OpenClaw's `agent` for what this program has not: told with what to do here, and never passed over in silence.
import { AccessError } from "../core/errors.ts";
import { optionalText, switchFlag } from "./command.ts";

const hidden = <F extends object>(flag: F) => ({ ...flag, hidden: true }) as const;
const hiddenText = hidden(optionalText("Not here", "value"));
const hiddenSwitch = hidden(switchFlag("Not here"));

export const AGENT_ELSEWHERE = {
  local: hiddenSwitch,
  deliver: hiddenSwitch,
  to: hiddenText,
  channel: hiddenText,
  replyTo: hiddenText,
  replyChannel: hiddenText,
  replyAccount: hiddenText,
  verbose: hiddenText,
} as const;

export interface AgentElsewhere {
  readonly local: boolean;
  readonly deliver: boolean;
  readonly to?: string;
  readonly channel?: string;
  readonly replyTo?: string;
  readonly replyChannel?: string;
  readonly replyAccount?: string;
  readonly verbose?: string;
}

type Flag = keyof AgentElsewhere;

const INSTEAD: readonly (readonly [flags: readonly Flag[], instead: string])[] = [
  [
    ["local"],
    "agent needs the gateway, and has no other way to a model. Leave it out; when no gateway runs: openclaw gateway run (or openclaw gateway install, which keeps one running).",
  ],
  [
    ["to"],
    "there are no channels here, and no conversations by recipient. Name the conversation: --session <name>, or --agent <id> for the agent's main one.",
  ],
  [
    ["deliver", "channel", "replyTo", "replyChannel", "replyAccount"],
    "there are no channels here. Leave it out: the answer is printed, for a pipe to whatever sends it.",
  ],
  [
    ["verbose"],
    `what agent prints has one form. Leave it out; a window of the session is told by openclaw gateway call sessions.patch --params '{"key":"<session>","verboseLevel":"on"}'.`,
  ],
];

/** @throws AccessError `bad_input` */
export function refuseElsewhere(flags: AgentElsewhere): void {
  const said = INSTEAD.flatMap(([meant, instead]) => {
    const given = meant.filter((flag) => flags[flag] !== undefined && flags[flag] !== false);
    return given.length === 0 ? [] : `${given.map(typed).join(", ")}: ${instead}`;
  });
  if (said.length > 0) throw new AccessError("bad_input", said.join(" "));
}

const typed = (flag: Flag): string =>
  `--${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
