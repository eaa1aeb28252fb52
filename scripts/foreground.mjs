// Runs a program in our place: same terminal, same signals, same exit code.
import { spawn } from "node:child_process";
import { constants } from "node:os";

/**
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, timeout?: number, onMessage?: (message: unknown) => void }} [options]
 *   `timeout` in ms, after which it gets SIGTERM; `onMessage` opens a channel for its `process.send`
 * @returns {Promise<number>} its exit code; 128 + n when signal n ended it
 */
export function runForeground(file, args, { onMessage, ...options } = {}) {
  const child = spawn(file, args, {
    ...options,
    stdio: onMessage ? ["inherit", "inherit", "inherit", "ipc"] : "inherit",
  });
  if (onMessage) child.on("message", onMessage);
  const stopForwarding = forwardSignals(child);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      stopForwarding();
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}

/** @param {import("node:child_process").ChildProcess} child */
function forwardSignals(child) {
  /** @type {NodeJS.Signals[]} */
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    // Ctrl-C at a terminal reaches the child by itself; a second one would mean "now, not gracefully".
    if (signal === "SIGINT" && process.stdin.isTTY) return;
    child.kill(signal);
  };
  for (const signal of signals) process.on(signal, forward);
  return () => signals.forEach((signal) => process.off(signal, forward));
}
