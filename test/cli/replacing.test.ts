import { execFileSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { findPython } from "../formats/helpers.js";
import { inFolder } from "./run.js";

const here = inFolder();
const cli = fileURLToPath(new URL("../../build/cli.js", import.meta.url));
const TRAIN = ["train", "spiral", "--samples", "20", "--epochs", "1", "--threads", "1", "--json"];

/** Runs a command on a terminal of its own, answers its first question, and tells what was shown and the exit code. */
const TERMINAL = `
import os, pty, sys
answer, command = sys.argv[1], sys.argv[2:]
child, terminal = pty.fork()
if child == 0: os.execv(command[0], command)
shown = b""
while True:
    try: part = os.read(terminal, 65536)
    except OSError: break
    if not part: break
    shown += part
    if b"[y/N] " in shown and answer is not None:
        os.write(terminal, answer.encode())
        answer = None
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
`;

test("on a terminal the command asks before it replaces a file, unless --force is given", async (context) => {
  const python = findPython("pty");
  if (python === undefined) return context.skip("there is no python3 with pty");
  const onTerminal = (answer: string, ...args: string[]) => {
    const command = [process.execPath, cli, ...TRAIN, ...args];
    try {
      const options = { cwd: here.folder, encoding: "utf8" } as const;
      return { code: 0, shown: execFileSync(python, ["-c", TERMINAL, answer, ...command], options) };
    } catch (error) {
      const { status, stdout } = error as { status: number; stdout: string };
      return { code: status, shown: stdout };
    }
  };
  const files = ["--out", "a.safetensors", "--report", "b.html"];
  expect(onTerminal("", ...files)).toMatchObject({ code: 0, shown: expect.not.stringContaining("[y/N]") });
  writeFileSync(here.path("a.safetensors"), "mine");
  const question = "a.safetensors and b.html exist. Replace them? [y/N] ";
  const declined = onTerminal("n\n", ...files);
  expect(declined.code).toBe(1);
  expect(declined.shown).toContain(question);
  expect(declined.shown).toContain("nothing was written; --force replaces them");
  expect(onTerminal("\x04", ...files).code).toBe(1);
  expect(onTerminal("\x03", ...files).code).toBe(130);
  expect(readFileSync(here.path("a.safetensors"), "utf8")).toBe("mine");
  expect(onTerminal("y\n", ...files)).toMatchObject({ code: 0, shown: expect.stringContaining(question) });
  expect(statSync(here.path("a.safetensors")).size).toBeGreaterThan(1000);
  expect(onTerminal("", ...files, "-f").shown).not.toContain("[y/N]");
  // A checkpoint that training resumes from is continued, not replaced.
  await here.run(...TRAIN, "--checkpoint", "c", "--out", "d");
  const resumed = ["--resume", "c", "--checkpoint", "c", "--epochs", "2", "--out", "e"];
  expect(onTerminal("", ...resumed)).toMatchObject({ code: 0, shown: expect.not.stringContaining("[y/N]") });
}, 120_000);

test("without a terminal nobody is asked", async () => {
  writeFileSync(here.path("again.safetensors"), "older");
  const { code, stderr } = await here.run(...TRAIN, "--out", "again.safetensors");
  expect([code, stderr]).toEqual([0, ""]);
  expect(statSync(here.path("again.safetensors")).size).toBeGreaterThan(1000);
});
