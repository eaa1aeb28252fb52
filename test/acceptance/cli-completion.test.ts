// Completion: what is proposed, asked as the shells ask it; and a real shell where there is one.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, lstatSync, statSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { cliHome } from "../support/cli.ts";
import { ENTRY } from "../support/entry.ts";

const home = cliHome();
before(async () => {
  const config = {
    agents: {
      defaults: { model: "openai/gpt-5.5", models: { "openai/gpt-5.5": { alias: "fast" } } },
      list: [{ id: "main" }, { id: "work", name: "Work" }],
    },
  };
  home.write(".openclaw/openclaw.json", JSON.stringify(config));
  await home.run(["models", "auth", "paste-api-key", "--provider", "openai"], {
    stdin: "sk-fake-0123456789",
  });
  const work = ["models", "auth", "--agent", "work", "paste-api-key", "--provider", "anthropic"];
  await home.run(work, { stdin: "sk-fake-9876543210" });
  home.write("bin/openclaw", `#!/bin/sh\nexec '${process.execPath}' '${ENTRY}' "$@"\n`);
  chmodSync(join(home.path, "bin/openclaw"), 0o755);
});
after(home.remove);

const env = {
  PATH: `${home.path}/bin:${process.env["PATH"]}`,
  HOME: home.path,
  NO_COLOR: "1",
  TERM: "xterm",
};

async function proposed(...words: readonly string[]): Promise<string[]> {
  const { exit, out, err } = await home.run(["__complete", "--", ...words]);
  assert.equal(exit, 0);
  assert.equal(err, "");
  return out.split("\n").flatMap((line) => line.split("\t")[0] || []);
}

test("commands, also below groups and behind a group's flags", async () => {
  assert.deepEqual(await proposed("mod"), ["models"]);
  assert.ok((await proposed("")).includes("agents"));
  assert.ok(!(await proposed("")).includes("__complete"));
  assert.deepEqual(await proposed("models", "--agent", "work", "auth", "or"), ["order"]);
  assert.deepEqual(await proposed("models", "nope", ""), []);
});

test("flags, each once", async () => {
  const flags = await proposed("models", "status", "--json", "-");
  assert.ok(flags.includes("--check"));
  assert.ok(flags.includes("--help"));
  assert.ok(!flags.includes("--json"));
  assert.ok((await proposed("models", "--")).includes("--agent"));
});

test("values: agents, providers, profiles, models, aliases, shells", async () => {
  assert.deepEqual(await proposed("models", "status", "--agent", ""), ["main", "work"]);
  assert.deepEqual(await proposed("models", "--agent", "w"), ["work"]);
  assert.deepEqual(await proposed("models", "auth", "list", "--provider=mis"), ["--provider=mistral"]);
  assert.deepEqual(await proposed("models", "auth", "order", "set", "--provider", "openai", ""), [
    "openai:manual",
  ]);
  const order = ["auth", "--agent", "work", "order", "set", "--provider", "anthropic"];
  assert.deepEqual(await proposed("models", ...order, "a"), ["anthropic:manual"]);
  assert.deepEqual(await proposed("models", ...order, "anthropic:manual", "a"), []);
  assert.deepEqual(await proposed("models", "set", "fa"), ["fast"]);
  assert.deepEqual(await proposed("models", "set", "openai/gpt-5.5"), [
    ...new Set(await proposed("models", "set", "openai/gpt-5.5")),
  ]);
  assert.ok((await proposed("models", "set", "anthropic/")).length > 3);
  assert.deepEqual(await proposed("models", "aliases", "remove", ""), ["fast"]);
  assert.deepEqual(await proposed("agents", "delete", "w"), ["work"]);
  assert.deepEqual(await proposed("completion", "--shell", "f"), ["fish"]);
});

test("nothing that is read can make it fail, and nothing is written", async () => {
  const broken = cliHome();
  try {
    broken.write(".openclaw/openclaw.json", "{");
    for (const words of [["models", "set", ""], ["models", "auth", "list", "--agent", ""], []]) {
      const { exit, err } = await broken.run(["__complete", "--", ...words]);
      assert.deepEqual([exit, err], [0, ""]);
    }
    assert.deepEqual(broken.files(), [".openclaw", ".openclaw/openclaw.json"]);
  } finally {
    broken.remove();
  }
});

test("scripts are printed for every shell, zsh when none is named", async () => {
  const zsh = await home.run(["completion"]);
  assert.match(zsh.out, /^#compdef openclaw/);
  for (const shell of ["bash", "fish", "powershell"]) {
    const { exit, out } = await home.run(["completion", "-s", shell]);
    assert.equal(exit, 0);
    assert.match(out, /__complete/);
  }
  const { exit, err } = await home.run(["completion", "--shell", "tcsh"]);
  assert.equal(exit, 1);
  assert.match(err, /bash/);
});

test("installing writes one block, keeps what is there, and asks or wants --yes", async () => {
  const other = cliHome();
  try {
    other.write("dotfiles/bashrc", "alias l=ls\n");
    chmodSync(join(other.path, "dotfiles/bashrc"), 0o640);
    symlinkSync(join(other.path, "dotfiles/bashrc"), join(other.path, ".bashrc"));
    const install = (...words: readonly string[]) =>
      other.run(["completion", "--shell", "bash", "--install", ...words]);
    assert.match((await install("--yes")).err, /--write-state/);
    assert.match((await install("--write-state")).err, /--yes/);
    assert.equal(other.read(".bashrc"), "alias l=ls\n");
    assert.equal((await install("--yes")).exit, 0);
    const profile = other.read("dotfiles/bashrc");
    assert.match(profile, /^alias l=ls\n\n# OpenClaw Completion\n.*completions\/openclaw\.bash"\n$/);
    assert.ok(lstatSync(join(other.path, ".bashrc")).isSymbolicLink());
    assert.equal(statSync(join(other.path, ".bashrc")).mode & 0o777, 0o640);
    assert.match((await install()).err, /already/);
    assert.equal(other.read("dotfiles/bashrc"), profile);
    assert.equal((await other.run(["completion", "--write-state"])).exit, 0);
    const scripts = other.files().filter((file) => dirname(file) === ".openclaw/completions");
    assert.equal(scripts.length, 4);
  } finally {
    other.remove();
  }
});

const has = (shell: string): boolean => spawnSync(shell, ["--version"]).status === 0;

test("bash completes, also behind a colon and an equals sign", { skip: !has("bash") }, () => {
  const complete = (line: string) => {
    const script = `
      source <(openclaw completion --shell bash)
      COMP_LINE='${line}' COMP_POINT=${line.length} COMP_WORDS=(${line.replaceAll(/([:=])/g, " $1 ")})
      _openclaw_complete openclaw
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync("bash", ["--norc", "-c", script], { env, encoding: "utf8" }).trim().split("\n");
  };
  assert.deepEqual(complete("openclaw agents de"), ["delete"]);
  assert.deepEqual(complete("openclaw models auth order set --provider openai openai:m"), ["manual"]);
  assert.deepEqual(complete("openclaw models status --agent=w"), ["work"]);
  assert.deepEqual(complete("openclaw models status --agent "), ["main", "work"]);
});

test("zsh loads its script", { skip: !has("zsh") }, () => {
  const script = "source <(openclaw completion --shell zsh); print $_comps[openclaw]";
  assert.equal(execFileSync("zsh", ["-f", "-c", script], { env, encoding: "utf8" }).trim(), "_openclaw");
});

test("fish completes", { skip: !has("fish") }, () => {
  const complete = (line: string) => {
    const script = `openclaw completion --shell fish | source; complete -C '${line}'`;
    return execFileSync("fish", ["--no-config", "-c", script], { env, encoding: "utf8" }).trim().split("\n");
  };
  assert.match(complete("openclaw agents de")[0]!, /^delete\t/);
  assert.match(complete("openclaw models auth order set --provider openai openai:m")[0]!, /^openai:manual/);
});
