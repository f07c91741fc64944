import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { type NodeBinary, nodesWhere } from "../support/nodes.js";
import { events, inFolder } from "./run.js";

const here = inFolder();
const digits = ["train", "digits", "--samples", "600", "--epochs", "1"];

/** The header's line of the engine. */
function engineLine(stdout: string): string {
  return /^engine +(.*)$/m.exec(stdout)?.[1] ?? "";
}

/** Trains, and returns the header's line and the model's bytes. */
async function train(node: string, ...options: string[]) {
  const { code, stdout, stderr } = await here.runOn(node, ...digits, ...options);
  expect([code, stderr]).toEqual([0, ""]);
  return { line: engineLine(stdout), bytes: readFileSync(here.path("model.safetensors")) };
}

const KINDS: [string, NodeBinary[], { build: string; turbo: string; refused: string }][] = [
  ["20", nodesWhere((major) => major === 20), { build: "relaxed", turbo: "no turbo", refused: "simd" }],
  ["22", nodesWhere((major) => major === 22), { build: "relaxed", turbo: "no turbo", refused: "relaxed" }],
  [
    "24 and later",
    nodesWhere((major) => major >= 24),
    { build: "relaxed", turbo: "turbo", refused: "relaxed" },
  ],
];

describe.each(KINDS)("Node %s", (_, [node], { build, turbo, refused }) => {
  test.skipIf(!node)(
    "turbo is on unless refused, the header says what is in force, and nothing is warned of" +
      (node ? "" : " (skipped: no such Node; set ISTHMUS_NODES to the path of one)"),
    async () => {
      const on = await train(node!.path, "--threads", "1");
      expect(on.line).toMatch(new RegExp(`^${build} build, tile \\d+x\\d+, ${turbo}, 1 thread, fast math$`));
      const off = await train(node!.path, "--threads", "2", "--no-turbo");
      expect(off.line).toMatch(
        new RegExp(`^${refused} build, tile \\d+x\\d+, no turbo, 2 threads, fast math$`),
      );
      if (build === refused) expect(off.bytes.equals(on.bytes)).toBe(true);
    },
  );
});

test("--math portable goes before turbo", async () => {
  const { line } = await train(process.execPath, "--math", "portable", "--threads", "2");
  expect(line).toMatch(/^simd build, tile \d+x\d+, no turbo, 2 threads, portable math$/);
});

test("any number of threads gives the same model; auto are the machine's", async () => {
  const [one, three, auto, unsaid] = [
    await train(process.execPath, "--threads", "1"),
    await train(process.execPath, "--threads", "3"),
    await train(process.execPath, "--threads", "auto"),
    await train(process.execPath),
  ];
  expect(three.line).toContain(", 3 threads, ");
  const all = Math.min(16, availableParallelism());
  for (const { line } of [auto, unsaid]) expect(line).toMatch(new RegExp(`, ${all} threads?, `));
  for (const { bytes } of [three, auto, unsaid]) expect(bytes.equals(one.bytes)).toBe(true);
});

test("every command that calculates takes them, and gives the same", async () => {
  const options = ["--samples", "100", "--json"];
  for (const engine of [
    ["--threads", "1"],
    ["--threads", "2"],
    ["--no-turbo", "--math", "portable"],
  ]) {
    for (const command of ["encode", "reconstruct"]) {
      const out = `${command}-${engine.length}-${engine[1]}.npy`;
      const ended = await here.run(
        command,
        "model.safetensors",
        "digits",
        "--out",
        out,
        ...options,
        ...engine,
      );
      expect([ended.code, ended.stderr]).toEqual([0, ""]);
    }
    const { code, stdout } = await here.run("evaluate", "model.safetensors", "digits", ...options, ...engine);
    expect(code).toBe(0);
    expect(events(stdout)[0]!.loss).toBeGreaterThan(0);
  }
  for (const command of ["encode", "reconstruct"]) {
    const [one, two] = ["1", "2"].map((threads) => readFileSync(here.path(`${command}-2-${threads}.npy`)));
    expect(one!.equals(two!)).toBe(true);
  }
});

test.each([
  [
    ["--threads", "0"],
    /'--threads <n\|auto>' argument '0' is invalid\. It must be a positive integer or "auto"/,
  ],
  [["--threads", "-1"], /It must be a positive integer or "auto"/],
  [["--threads", "1.5"], /It must be a positive integer or "auto"/],
  [["--threads"], /option '--threads <n\|auto>' argument missing/],
  [["--turbo", "yes"], /unknown option '--turbo'/],
])("%s is refused", async (options, message) => {
  const { code, stdout, stderr } = await here.run(...digits, ...options);
  expect(stderr).toMatch(message);
  expect([code, stdout]).toEqual([2, ""]);
});

test("--help tells of both", async () => {
  for (const command of ["train", "encode", "decode", "reconstruct", "evaluate"]) {
    const { stdout } = await here.run(command, "--help");
    expect(stdout).toMatch(/-t, --threads <n\|auto>\s+number of threads/);
    expect(stdout).toMatch(/--no-turbo +do not change V8's flags/);
  }
});
