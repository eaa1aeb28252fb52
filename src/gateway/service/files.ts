// The files by which systemd and launchd run the gateway. Pure text; no secret is in it: it may be read by others.

/** How this program is started, and where it finds its state. */
export interface ServiceStart {
  /** program and arguments in front of the command's own words */
  readonly program: readonly string[];
  /** of those variables that say where the state lies; no credential */
  readonly env: Readonly<Record<string, string>>;
  /** for `gateway run --port`; the config's when left out */
  readonly port?: number | undefined;
  /** where launchd puts what the gateway prints */
  readonly logFolder: string;
}

export const UNIT = "openclaw-gateway.service";
export const LABEL = "ai.openclaw.gateway";

/** By this line a file is known as ours. */
const MADE_BY = "Made by: openclaw gateway install";
export const isOurs = (text: string): boolean => text.includes(MADE_BY);

const wordsOf = ({ program, port }: ServiceStart): string[] => [
  ...program,
  "gateway",
  "run",
  ...(port === undefined ? [] : ["--port", String(port)]),
];

/** Lets the gateway end to be started again when new settings need that. */
const SUPERVISED = ["OPENCLAW_GATEWAY_SUPERVISED", "1"] as const;

/** What a user's own manager can enforce without privileges; V8 needs memory that is both written and run. */
const HARDENING = [
  "NoNewPrivileges=yes",
  "LockPersonality=yes",
  "RestrictRealtime=yes",
  "RestrictSUIDSGID=yes",
  "SystemCallArchitectures=native",
  "LimitCORE=0",
  "UMask=0077",
];

/** A unit for `systemctl --user`. A config that cannot be used (78) is not tried again and again. */
export function systemdUnit(start: ServiceStart): string {
  const env = [SUPERVISED, ...Object.entries(start.env)].map(
    ([name, value]) => `Environment=${systemdWord(`${name}=${value}`)}`,
  );
  return [
    `# ${MADE_BY}`,
    "[Unit]",
    "Description=OpenClaw gateway: model calls on the right account",
    "StartLimitIntervalSec=60",
    "StartLimitBurst=5",
    "",
    "[Service]",
    "Type=exec",
    ...env,
    `ExecStart=${wordsOf(start).map(systemdCommandWord).join(" ")}`,
    "ExecReload=/bin/kill -HUP $MAINPID",
    "Restart=on-failure",
    "RestartSec=2",
    "RestartPreventExitStatus=78",
    "TimeoutStopSec=45",
    "KillMode=mixed",
    ...HARDENING,
    "",
    "[Install]",
    "WantedBy=default.target",
    "",
  ].join("\n");
}

/** Quoted as systemd.syntax(7) has it; `%` begins a specifier. */
const systemdWord = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%")}"`;

/** In a command line `$` begins a variable as well. */
const systemdCommandWord = (text: string): string =>
  /^[\w./:@=+,-]+$/.test(text) ? text : systemdWord(text).replaceAll("$", "$$$$");

/** A launch agent: `~/Library/LaunchAgents/ai.openclaw.gateway.plist`. */
export function launchdPlist(start: ServiceStart): string {
  const env = [SUPERVISED, ...Object.entries(start.env)];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    `<!-- ${MADE_BY} -->`,
    '<plist version="1.0">',
    "<dict>",
    ...entry("Label", string(LABEL)),
    ...entry("ProgramArguments", [
      "<array>",
      ...wordsOf(start).map((word) => `  ${string(word)}`),
      "</array>",
    ]),
    ...entry("EnvironmentVariables", [
      "<dict>",
      ...env.flatMap(([name, value]) => entry(name, string(value))),
      "</dict>",
    ]),
    ...entry("RunAtLoad", "<true/>"),
    // Started again unless it ended well.
    ...entry("KeepAlive", ["<dict>", ...entry("SuccessfulExit", "<false/>"), "</dict>"]),
    ...entry("ThrottleInterval", "<integer>5</integer>"),
    ...entry("ExitTimeOut", "<integer>45</integer>"),
    // 077: nobody else reads what it writes.
    ...entry("Umask", "<integer>63</integer>"),
    ...entry("StandardOutPath", string(`${start.logFolder}/gateway.out.log`)),
    ...entry("StandardErrorPath", string(`${start.logFolder}/gateway.err.log`)),
    "</dict>",
    "</plist>",
    "",
  ].join("\n");
}

const entry = (key: string, value: string | readonly string[]): string[] =>
  [`<key>${escaped(key)}</key>`, ...(typeof value === "string" ? [value] : value)].map((line) => `  ${line}`);

const string = (text: string): string => `<string>${escaped(text)}</string>`;

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
