// A gateway that is killed cannot end the programs it has started. A shell beside it can: it is told of each, and ends
// those that are left when the gateway's end of its pipe is closed, however that came. One per process, started with
// the first program; what has left the program's group on its own is out of its reach.
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import type { Socket } from "node:net";

const SCRIPT = `
held=
while read -r sign pid; do
  case "$sign" in
    +) held="$held $pid" ;;
    -) left=
       for each in $held; do [ "$each" = "$pid" ] || left="$left $each"; done
       held=$left ;;
  esac
done
[ -n "$held" ] || exit 0
for each in $held; do kill -15 "-$each" 2>/dev/null; done
sleep 1
for each in $held; do kill -9 "-$each" 2>/dev/null; done`;

export class Warden {
  readonly #held = new Set<number>();
  #shell: ChildProcess | undefined;

  /** @param pid leads a process group */
  hold(pid: number): void {
    if (process.platform === "win32") return;
    this.#held.add(pid);
    if (this.#shell) return this.#tell(`+ ${pid}`);
    this.#shell = this.#start();
    for (const each of this.#held) this.#tell(`+ ${each}`);
  }

  release(pid: number): void {
    if (this.#held.delete(pid)) this.#tell(`- ${pid}`);
  }

  /** Ends with nobody to watch. */
  close(): void {
    this.#shell?.stdin?.end();
    this.#shell = undefined;
  }

  #start(): ChildProcess {
    // In a group of its own: a Ctrl-C in the terminal ends the gateway, and not who looks after it.
    const stdio = ["pipe", "ignore", "ignore"] as const;
    const shell = spawn("/bin/sh", ["-c", SCRIPT], { stdio: [...stdio], detached: true, env: {}, cwd: "/" });
    shell.on("error", () => undefined);
    // Where the system has no more pipes to give, there is none, and the program runs without it.
    shell.stdin?.on("error", () => undefined);
    shell.once("exit", () => {
      if (this.#shell === shell) this.#shell = undefined;
    });
    shell.unref();
    (shell.stdin as Socket | null)?.unref();
    return shell;
  }

  #tell(line: string): void {
    const stdin = this.#shell?.stdin;
    if (stdin?.writable) stdin.write(`${line}\n`);
  }
}
