import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type NodeBinary, nodesWhere, resultOf, runProgram } from "../support/nodes.js";

// From 25 on it refuses fsync, from 20 on what changes modes by an open file.
const nodes = nodesWhere((major) => major >= 20);
const cli = fileURLToPath(new URL("../../build/cli.js", import.meta.url));
let folder = "";
const at = (name: string) => join(folder, name);
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "isthmus-permission-")));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Switches for a process that may read all and write to some paths. */
function switches({ major }: NodeBinary, ...writable: string[]): string[] {
  const on = major < 23 ? "--experimental-permission" : "--permission";
  return [on, "--no-warnings", "--allow-fs-read=*", ...writable.map((path) => `--allow-fs-write=${path}`)];
}

describe.each(nodes.map((node): [string, NodeBinary] => [node.version, node]))("Node %s", (_, node) => {
  test("what was trained is saved into a folder that may be written", async () => {
    const args = [at("model"), at("checkpoint")];
    expect(await resultOf("trainAndSave", args, node.path, switches(node, `${folder}/`))).toEqual([
      true,
      true,
    ]);
    expect(readdirSync(folder).toSorted()).toEqual(["checkpoint", "model"]);
  });

  test("and into files that alone may be written", async () => {
    writeFileSync(at("model"), "");
    writeFileSync(at("checkpoint"), "");
    const args = [at("model"), at("checkpoint")];
    expect(await resultOf("trainAndSave", args, node.path, switches(node, ...args))).toEqual([true, true]);
    expect(readdirSync(folder).toSorted()).toEqual(["checkpoint", "model"]);
  });

  test("the command trains and saves in a folder that may be written, and starts nowhere else", async () => {
    const train = [cli, "train", "spiral", "--samples", "20", "--epochs", "1", "--threads", "1", "--json"];
    const run = (writable: string) =>
      promisify(execFile)(
        node.path,
        [...switches(node, writable), ...train, "--out", at("m"), "--checkpoint", at("c")],
        { encoding: "utf8" },
      );
    const { stdout } = await run(`${folder}/`);
    expect(stdout).toMatch(/"event":"epoch".*\n.*"event":"done"/);
    expect(readdirSync(folder).toSorted()).toEqual(["c", "m"]);
    const refused = await run(`${folder}/elsewhere/`).catch(
      (error: { stdout: string; stderr: string }) => error,
    );
    expect(refused.stdout).toBe("");
    expect(refused.stderr).toMatch(/^isthmus: .*m cannot be written: .*restricted/);
  });

  test("where nothing may be written, that is said before training", async () => {
    const { code, stdout, stderr } = await runProgram(
      "trainAndSave",
      [at("model"), at("checkpoint")],
      node.path,
      switches(node, `${folder}/elsewhere/`),
    );
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/model cannot be written: .*restricted/);
    expect(readdirSync(folder)).toEqual([]);
  });
});
