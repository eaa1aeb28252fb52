// Files that run `models auth monitor` by themselves: a timer of systemd for a user, a job of Termux. Pure.

/** How this program is started, and where it finds its state. */
export interface Invocation {
  /** program and arguments in front of the command's own words */
  readonly program: readonly string[];
  /** of those variables that say where the state lies; no credential */
  readonly env: Readonly<Record<string, string>>;
  readonly agent?: string | undefined;
}

export interface TimerFile {
  readonly name: string;
  readonly content: string;
  readonly executable?: true;
}

const NAME = "openclaw-auth-monitor";
const EVERY_MINUTES = 30;

const COMMAND = ["models", "auth", "monitor", "--changed"] as const;

const wordsOf = ({ program, agent }: Invocation): string[] => [
  ...program,
  ...COMMAND,
  ...(agent === undefined ? [] : ["--agent", agent]),
];

/** A service that looks once, and a timer. What expires soon is told, and is no failure of the service. */
export function systemdFiles(invocation: Invocation): TimerFile[] {
  const env = Object.entries(invocation.env).map(
    ([name, value]) => `Environment=${systemdWord(`${name}=${value}`)}`,
  );
  const service = [
    "# Made by: openclaw models auth monitor --systemd",
    "[Unit]",
    "Description=Look after the model logins of openclaw",
    "",
    "[Service]",
    "Type=oneshot",
    ...env,
    `ExecStart=${wordsOf(invocation).map(systemdCommandWord).join(" ")}`,
    "SuccessExitStatus=2",
    "TimeoutStartSec=60",
    "Nice=10",
    "",
  ];
  const timer = [
    "# Made by: openclaw models auth monitor --systemd",
    "[Unit]",
    `Description=Look after the model logins of openclaw every ${EVERY_MINUTES} minutes`,
    "",
    "[Timer]",
    `OnCalendar=*:0/${EVERY_MINUTES}`,
    "RandomizedDelaySec=60",
    "Persistent=true",
    "",
    "[Install]",
    "WantedBy=timers.target",
    "",
  ];
  return [
    { name: `${NAME}.service`, content: service.join("\n") },
    { name: `${NAME}.timer`, content: timer.join("\n") },
  ];
}

export const SYSTEMD_NEXT = `systemctl --user daemon-reload && systemctl --user enable --now ${NAME}.timer`;

/** Quoted as systemd.syntax(7) has it; `%` begins a specifier. */
const systemdWord = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%")}"`;

/** In a command line `$` begins a variable as well. */
const systemdCommandWord = (text: string): string =>
  /^[\w./:@=+,-]+$/.test(text) ? text : systemdWord(text).replaceAll("$", "$$$$");

/** A script for Termux:API's job scheduler, which Termux:Widget can start as well. */
export function termuxFiles(invocation: Invocation): TimerFile[] {
  const env = Object.entries(invocation.env).map(([name, value]) => `export ${name}=${shellWord(value)}`);
  const words = wordsOf(invocation);
  const content = [
    "#!/data/data/com.termux/files/usr/bin/sh",
    "# Tells on this phone when a model login needs you. Made by: openclaw models auth monitor --termux",
    "# With OPENCLAW_HOST=user@server, openclaw on that machine is asked, over ssh.",
    ...env,
    'if [ -n "${OPENCLAW_HOST:-}" ]; then',
    '  line=$(ssh -o BatchMode=yes -o ConnectTimeout=20 "$OPENCLAW_HOST" openclaw models auth monitor --changed)',
    "else",
    `  line=$(${words.map(shellWord).join(" ")})`,
    "fi",
    "code=$?",
    'if [ "$code" -gt 2 ] && [ -z "$line" ]; then',
    '  line="openclaw could not be asked (exit $code)."',
    "fi",
    'if [ -n "$line" ]; then',
    `  termux-notification --id ${NAME} --title "Model logins" --content "$line"`,
    "fi",
    'exit "$code"',
    "",
  ];
  return [{ name: `${NAME}.sh`, content: content.join("\n"), executable: true }];
}

export const termuxNext = (folder: string): string =>
  `termux-job-scheduler --job-id 8017 --period-ms ${EVERY_MINUTES * 60_000} --persisted true --script ${shellWord(`${folder}/${NAME}.sh`)}`;

const shellWord = (text: string): string =>
  /^[\w./:@=+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
