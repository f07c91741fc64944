import { readdirSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { Interruption, STOPPING } from "../../src/cli/interruption.js";
import { encodeNpy } from "../../src/formats/index.js";
import { loadModel } from "../../src/node.js";
import { events, inFolder, until } from "./run.js";

const here = inFolder();
const endless = ["train", "digits", "--samples", "300", "--epochs", "1000000"];

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s ends training after the running step and saves the model", async (signal, exitCode) => {
  const out = `${signal}.safetensors`;
  const { child, output, ended } = here.start(...endless, "--json", "--out", out);
  await until(() => output.stdout.includes('"epoch":2'), "the second epoch");
  child.kill(signal);
  const { code, stdout, stderr } = await ended;
  expect([code, stderr]).toEqual([exitCode, `${STOPPING}\n`]);
  const all = events(stdout);
  const done = all.at(-1)!;
  expect(Object.keys(done)).toEqual(["event", "loss", "valLoss", "seconds", "out", "interrupted"]);
  expect(done).toMatchObject({ event: "done", valLoss: null, out, interrupted: true });
  expect(done.loss).toBeLessThan(all[0]!.loss as number);
  const model = await loadModel(here.path(out));
  expect(model.inputSize).toBe(784);
  await model.dispose();
});

test("without --json an interruption is told in words", async () => {
  const { child, output, ended } = here.start(...endless, "--out", "words.safetensors");
  await until(() => output.stdout.includes("Epoch 1/"), "the first epoch");
  child.kill("SIGINT");
  const { code, stdout, stderr } = await ended;
  expect([code, stderr]).toEqual([130, `${STOPPING}\n`]);
  expect(stdout).toMatch(/\ninterrupted after \d[\d,]* steps?\n\nsaved words\.safetensors \(205 kB\)\n$/);
});

test("a second SIGINT ends the command at once, and nothing is saved", async () => {
  // What the first signal waits for, the second step, never ends.
  const { child, output, ended } = here.startWith(
    ...["held.mjs", "train", "digits", "--samples", "3000", "--batch-size", "3000", "--hidden", "500"],
    ...["--threads", "2", "--epochs", "1000", "--out", "second.safetensors"],
  );
  await until(() => output.stderr.includes("the second step is running"), "the second step");
  child.kill("SIGINT");
  await until(() => output.stderr.includes(STOPPING), "the answer to the first signal");
  child.kill("SIGINT");
  const { code, stdout } = await ended;
  expect(code).toBe(130);
  expect(stdout).not.toMatch(/interrupted|saved/);
  expect(readdirSync(here.folder).filter((name) => name.startsWith("second"))).toEqual([]);
  expect(readdirSync(here.folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

describe("an interruption", () => {
  /** One in a process of the test's own: `time` is what its clock shows. */
  function interruption(underNpm: boolean) {
    const seen = { time: 0, told: [] as string[], exits: [] as number[] };
    const made = new Interruption({
      underNpm,
      now: () => seen.time,
      tell: (line) => seen.told.push(line),
      exit: (code) => seen.exits.push(code),
    });
    // The signals come from the test, not from outside.
    made.release();
    return { made, seen };
  }

  test("answers the first signal and leaves at the second, however soon that comes", () => {
    const { made, seen } = interruption(false);
    expect([made.signal.aborted, made.exitCode]).toEqual([false, undefined]);
    made.receive("SIGINT");
    expect([made.signal.aborted, made.exitCode]).toEqual([true, 130]);
    expect(seen).toMatchObject({ told: [STOPPING], exits: [] });
    made.receive("SIGINT");
    expect(seen).toMatchObject({ told: [STOPPING], exits: [130] });
  });

  test("under npm takes a SIGINT that follows at once for the same key press", () => {
    const { made, seen } = interruption(true);
    made.receive("SIGINT");
    seen.time = 249;
    made.receive("SIGINT");
    expect(seen.exits).toEqual([]);
    seen.time = 250;
    made.receive("SIGINT");
    expect(seen.exits).toEqual([130]);
  });

  test("under npm takes another signal for what it is", () => {
    const { made, seen } = interruption(true);
    made.receive("SIGINT");
    made.receive("SIGTERM");
    expect(seen.exits).toEqual([143]);
  });

  test("breaks into no file that is being written, and says nothing of a step then", async () => {
    const { made, seen } = interruption(false);
    await made.shield(async () => {
      made.receive("SIGINT");
      made.receive("SIGINT");
    });
    expect([made.exitCode, seen.told, seen.exits]).toEqual([130, [], []]);
    made.receive("SIGINT");
    expect(seen.exits).toEqual([130]);
  });

  test("hears a broken pipe once, and is quiet about it", () => {
    const { made, seen } = interruption(false);
    made.receive("SIGPIPE");
    made.receive("SIGPIPE");
    expect([made.exitCode, seen.told, seen.exits]).toEqual([141, [], []]);
    made.receive("SIGINT");
    expect(seen.exits).toEqual([130]);
  });
});

test("a reader that goes away ends training quietly; the model is saved", async () => {
  const { child, output, ended } = here.start(...endless, "--json", "--out", "pipe.safetensors");
  await until(() => output.stdout.includes('"epoch":1'), "the first epoch");
  child.stdout!.destroy();
  const { code, stderr } = await ended;
  expect(stderr).toBe("");
  expect(code).toBe(141);
  const model = await loadModel(here.path("pipe.safetensors"));
  await model.dispose();
});

describe("detect, of which a part is worth nothing,", () => {
  const endless = (rows: string) => ["detect", rows, "--steps", "100000000", "--out", "odd.csv"];
  beforeAll(() => {
    const rows = Array.from({ length: 300 }, (_, i) => `${Math.sin(i)},${Math.cos(i)}`);
    writeFileSync(here.path("rows.csv"), `a,b\n${rows.join("\n")}`);
    const array = encodeNpy({ shape: [4, 8, 8], data: Uint8Array.from({ length: 256 }, (_, i) => i) });
    writeFileSync(here.path("images.npy"), array);
  });
  const written = () => readdirSync(here.folder).filter((name) => name.includes("odd.csv"));

  test.each(["rows.csv", "images.npy"])("ends at once by a signal: %s", async (data) => {
    const { child, output, ended } = here.start(...endless(data));
    await until(() => output.stdout.endsWith("\n\n"), "the end of what is said before training");
    child.kill("SIGINT");
    const { signal, stderr } = await ended;
    expect([signal, stderr, written()]).toEqual(["SIGINT", "", []]);
  });

  test("ends quietly if the reader goes away", async () => {
    const { child, ended } = here.start(...endless("rows.csv"));
    child.stdout!.destroy();
    const { code, stderr } = await ended;
    expect([code, stderr, written()]).toEqual([141, "", []]);
  });
});
