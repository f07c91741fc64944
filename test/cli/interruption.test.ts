import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
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
  expect([code, stderr]).toEqual([exitCode, ""]);
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
  expect([code, stderr]).toEqual([130, ""]);
  expect(stdout).toMatch(/\ninterrupted after \d[\d,]* steps?\n\nsaved words\.safetensors \(205 kB\)\n$/);
});

test("a second SIGINT ends the command at once, and nothing is saved", async () => {
  // A step takes seconds, and the second one has just begun when the first signal comes.
  const { child, output, ended } = here.start(
    ...["train", "digits", "--samples", "15000", "--batch-size", "15000", "--hidden", "1500"],
    ...["--epochs", "1000", "--out", "second.safetensors"],
  );
  await until(() => output.stdout.includes("Epoch 1/"), "the first step");
  // By then the second step, which takes seconds, is running.
  await new Promise((resolve) => setTimeout(resolve, 200));
  child.kill("SIGINT");
  // Within a quarter of a second it would count as the same key press.
  await new Promise((resolve) => setTimeout(resolve, 350));
  child.kill("SIGINT");
  const { code, stdout } = await ended;
  expect(code).toBe(130);
  expect(stdout).not.toContain("saved");
  expect(readdirSync(here.folder).filter((name) => name.startsWith("second"))).toEqual([]);
  expect(readdirSync(here.folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
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
