// What groups of `openclaw models` have in common.

/** What is the same for every agent takes `models --agent` all the same (OpenClaw docs, "Models CLI"). */
export const FOR_ALL_AGENTS = { ignores: ["--agent"] };

/** For the commands of a group, typed in front of them. */
export const AGENT = { "--agent": { means: "--agent", value: true } } as const;
