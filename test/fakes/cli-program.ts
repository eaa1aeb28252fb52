// A program that speaks like `claude -p` or `codex exec --json`, and does what the prompt tells it: `do:<deed>`, each
// with what follows on its line. What it was given is written to $FAKE_CLI_LOG, one JSON document a run.
import { spawn } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";

const args = process.argv.slice(2);
const isCodex = args[0] === "exec";
const prompt = readFileSync(0, "utf8");
const after = (flag: string): string | undefined =>
  args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined;
const known =
  after("--resume") ??
  (args[1] === "resume" ? args.find((each) => /^\w+-\w+/.test(each) && !each.startsWith("-")) : undefined);
const session = known ?? after("--session-id") ?? "0000-thread";
const system = after("--append-system-prompt-file");

if (process.env.FAKE_CLI_LOG)
  appendFileSync(
    process.env.FAKE_CLI_LOG,
    `${JSON.stringify({
      args,
      prompt,
      cwd: process.cwd(),
      env: Object.keys(process.env).toSorted(),
      pid: process.pid,
      ...(system ? { system: readFileSync(system, "utf8") } : {}),
    })}\n`,
  );

const print = (value: unknown) =>
  process.stdout.write(`${typeof value === "string" ? value : JSON.stringify(value)}\n`);
const event = (value: unknown) =>
  print({ type: "stream_event", event: value, session_id: session, parent_tool_use_id: null });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const forever = () => new Promise(() => setInterval(() => {}, 1000));

const claude = {
  start: () => print({ type: "system", subtype: "init", session_id: session, cwd: process.cwd() }),
  text(text: string) {
    event({ type: "message_start", message: { id: "msg_1", role: "assistant", content: [] } });
    event({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } });
    for (const piece of text.match(/\S+\s*/g) ?? [])
      event({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: piece } });
    print({
      type: "assistant",
      message: { id: "msg_1", content: [{ type: "text", text }] },
      session_id: session,
    });
  },
  done: (text: string) =>
    print({
      session_id: session,
      usage: { input_tokens: 7, cache_read_input_tokens: 3, output_tokens: 5 },
      stop_reason: "end_turn",
      is_error: false,
      subtype: "success",
      result: text,
      type: "result",
    }),
  fail(message: string, status?: number) {
    print({
      type: "assistant",
      message: { id: "msg_e", model: "<synthetic>", content: [{ type: "text", text: message }] },
      error: "unknown",
      session_id: session,
    });
    print({
      session_id: session,
      is_error: true,
      subtype: "success",
      api_error_status: status ?? null,
      result: message,
      type: "result",
    });
  },
};
const codex = {
  start() {
    print({ type: "thread.started", thread_id: session });
    print({ type: "turn.started" });
  },
  text: (text: string) =>
    print({ type: "item.completed", item: { id: "item_0", type: "agent_message", text } }),
  done: () =>
    print({ type: "turn.completed", usage: { input_tokens: 10, cached_input_tokens: 3, output_tokens: 5 } }),
  fail(message: string, _status?: number) {
    print({ type: "error", message });
    print({ type: "turn.failed", error: { message } });
  },
};
const speaks = isCodex ? codex : claude;

const deeds: Readonly<Record<string, (what: string) => Promise<void>>> = {
  async fail(what: string) {
    const [, status, message = ""] = /^(\d+ )?(.*)$/.exec(what) ?? [];
    speaks.start();
    speaks.fail(message, status === undefined ? undefined : Number(status));
    process.exitCode = 1;
  },
  async stderr(what: string) {
    process.stderr.write(`warning: something old\n${what}\n`);
    process.exitCode = 1;
  },
  async die() {
    speaks.start();
    speaks.text("half of");
    await pause(50);
    process.kill(process.pid, "SIGKILL");
  },
  async cut(what: string) {
    speaks.start();
    speaks.text("half of");
    speaks.fail(what);
    process.exitCode = 1;
  },
  async garbage() {
    for (let i = 0; i < 50; i++) print(`{"half": "${"x".repeat(100)}`);
  },
  async flood() {
    for (;;) if (!process.stdout.write(`{"type":"noise","x":"${"x".repeat(1000)}"}\n`)) await pause(1);
  },
  async hang() {
    speaks.start();
    await forever();
  },
  /** A child that hears no SIGTERM, and tells its id. */
  async brood() {
    const child = spawn(process.execPath, ["-e", "process.on('SIGTERM',()=>{});setInterval(()=>{},1000)"], {
      stdio: "ignore",
    });
    if (process.env.FAKE_CLI_LOG)
      appendFileSync(process.env.FAKE_CLI_LOG, `${JSON.stringify({ child: child.pid })}\n`);
    process.on("SIGTERM", () => {});
    speaks.start();
    speaks.text("it begins ");
    await forever();
  },
  async lost() {
    const message = `No conversation found with session ID: ${session}`;
    process.stderr.write(`${message}\n`);
    print({
      type: "result",
      subtype: "error_during_execution",
      is_error: true,
      session_id: session,
      errors: [message],
    });
    process.exitCode = 1;
  },
  async slowly(what: string) {
    speaks.start();
    await pause(Number(what));
    speaks.text("slow answer");
    speaks.done("slow answer");
  },
  async leak() {
    speaks.start();
    speaks.fail(`API Error: 401 bad key ${process.env.FAKE_CLI_API_KEY}`, 401);
    process.exitCode = 1;
  },
};

const asked = [...prompt.matchAll(/do:(\w+)(?: (.*))?$/gm)].at(-1);
const [, deed, what = ""] = asked ?? [];
if (deed === "lost" && known === undefined) {
  speaks.start();
  speaks.text("told anew");
  speaks.done("told anew");
} else if (deed !== undefined && deeds[deed]) await deeds[deed](what ?? "");
else {
  speaks.start();
  speaks.text("It is done.");
  speaks.done("It is done.");
}
