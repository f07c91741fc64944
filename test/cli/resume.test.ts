import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadCheckpoint } from "../../src/node.js";
import { events, inFolder, until } from "./run.js";

const here = inFolder();
const digits = ["train", "digits", "--samples", "300", "--batch-size", "50", "--latent", "8", "--seed", "3"];

test("training that was interrupted goes on to the file that it would have come to", async () => {
  const whole = await here.run(...digits, "--epochs", "6", "--json", "--out", "whole");
  expect([whole.code, whole.stderr]).toEqual([0, ""]);
  const { child, output, ended } = here.start(
    ...digits,
    ...["--epochs", "1000000", "--json", "--out", "part", "--checkpoint", "run", "--every", "2"],
  );
  await until(() => output.stdout.includes('"epoch":2'), "the second epoch");
  child.kill("SIGINT");
  expect((await ended).code).toBe(130);
  const model = await loadCheckpoint(here.path("run"));
  const done = model.history.loss.length;
  expect(done).toBeGreaterThan(1);
  await model.dispose();

  // As many epochs as there are already, and two more; the model's options are those of the checkpoint.
  const total = String(done + 2);
  const resumed = await here.run(
    ...["train", "digits", "--samples", "300", "--resume", "run", "--checkpoint", "run"],
    ...["--epochs", total, "--json", "--out", "resumed", "--threads", "2"],
  );
  expect([resumed.code, resumed.stderr]).toEqual([0, ""]);
  const epochs = events(resumed.stdout).flatMap(({ epoch }) => (epoch === undefined ? [] : [epoch]));
  expect(epochs).toEqual([done + 1, done + 2]);
  const straight = await here.run(...digits, "--epochs", total, "--json", "--out", "straight");
  expect(events(straight.stdout).at(-1)!.loss).toBe(events(resumed.stdout).at(-1)!.loss);
  expect(readFileSync(here.path("resumed")).equals(readFileSync(here.path("straight")))).toBe(true);

  // It is at its end now: going on saves the model, and nothing is trained.
  const again = await here.run("train", "digits", "--samples", "300", "--resume", "run", "--out", "again");
  expect([again.code, again.stderr]).toEqual([0, ""]);
  expect(again.stdout).toContain(`${total} epochs`);
  expect(readFileSync(here.path("again")).equals(readFileSync(here.path("straight")))).toBe(true);
  expect(readdirSync(here.folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("going on with something else is refused", async () => {
  expect((await here.run(...digits, "--epochs", "2", "--out", "m", "--checkpoint", "c")).code).toBe(0);
  const refusals: [args: string[], code: number, message: RegExp][] = [
    [["--resume", "c", "--latent", "16"], 2, /--latent is 16, but the checkpoint c has 8/],
    [["--resume", "c", "--hidden", "64"], 2, /--hidden is 64, but the checkpoint c has none/],
    [
      ["--resume", "c", "--loss", "meanSquaredError"],
      2,
      /--loss is meanSquaredError, but the checkpoint c has binaryCrossentropy/,
    ],
    [
      ["--resume", "c", "--learning-rate", "0.5"],
      2,
      /--learning-rate is 0\.5, but the checkpoint c has 0\.001/,
    ],
    [["--resume", "c", "--seed", "4"], 2, /--seed is 4, but the checkpoint c has 3/],
    [["--resume", "c", "--batch-size", "10"], 2, /has batchSize 50, not batchSize 10/],
    [["--resume", "c", "--epochs", "1"], 2, /epochs is 1, but the checkpoint's training has 2 behind it/],
    [["--resume", "m"], 1, /m: the file is a model without training state/],
    [["--resume", "none"], 2, /File not found: none/],
    [["--every", "2"], 2, /--every says how often --checkpoint is written, so it needs --checkpoint FILE/],
  ];
  for (const [args, code, message] of refusals) {
    const ended = await here.run("train", "digits", "--samples", "300", "--out", "new", ...args);
    expect(ended.stderr).toMatch(message);
    expect(ended.code).toBe(code);
  }
  const width = await here.run("train", "spiral", "--resume", "c", "--out", "new");
  expect(width.stderr).toMatch(/has 2 columns, but the model expects samples with 784/);
  const rows = await here.run("train", "digits", "--samples", "299", "--resume", "c", "--out", "new");
  expect(rows.stderr).toMatch(/has 300 rows to train on, not 299 rows to train on/);
  expect(readdirSync(here.folder)).not.toContain("new");
});

test("--patience stops early and keeps the best weights; --metrics are reported", async () => {
  const args = ["train", "digits", "--samples", "60", "--batch-size", "4", "--learning-rate", "0.05"];
  const options = [
    "--validation-split",
    "0.5",
    "--epochs",
    "500",
    "--patience",
    "2",
    "--metrics",
    "meanSquaredError",
  ];
  const { code, stdout, stderr } = await here.run(...args, ...options, "--json", "--out", "patient");
  expect([code, stderr]).toEqual([0, ""]);
  const epochs = events(stdout).filter(({ event }) => event === "epoch");
  const losses = epochs.map(({ valLoss }) => valLoss as number);
  expect(losses.length).toBeLessThan(500);
  expect(losses.length - 1 - losses.indexOf(Math.min(...losses))).toBe(2);
  for (const { metrics, valMetrics } of epochs) {
    for (const group of [metrics, valMetrics]) {
      expect((group as { meanSquaredError: number }).meanSquaredError).toBeGreaterThan(0);
    }
  }
  const evaluation = await here.run(
    "train",
    "digits",
    "--samples",
    "60",
    "--metrics",
    "accuracy",
    "--out",
    "x",
  );
  expect([evaluation.code, evaluation.stderr]).toEqual([2, expect.stringMatching(/"accuracy" is not known/)]);
  const words = await here.run(
    "train",
    "digits",
    "--samples",
    "60",
    "--epochs",
    "1",
    "--metrics",
    "meanSquaredError",
  );
  expect(words.stdout).toMatch(/ - loss: \d\.\d{4} - meanSquaredError: \d\.\d{4}$/m);
});

test("a model of several kinds is gone on with, and other wishes for it are refused", async () => {
  const kind = ["--corruption", "masking:0.3", "--hidden", "20", "--dropout", "0.1", "--variational"];
  const data = ["train", "digits", "--samples", "100"];
  const made = await here.run(...data, ...kind, "--epochs", "1", "--out", "k", "--checkpoint", "kc");
  expect([made.code, made.stderr]).toEqual([0, ""]);
  const same = await here.run(...data, ...kind, "--epochs", "2", "--resume", "kc", "--out", "k");
  expect([same.code, same.stderr]).toEqual([0, ""]);
  for (const [args, message] of [
    [["--corruption", "masking:0.2"], /--corruption is .*0\.2.*has .*0\.3/],
    [["--dropout", "0.2"], /--dropout is 0\.2, but the checkpoint kc has 0\.1/],
    [["--tied"], /--tied is true, but the checkpoint kc has none/],
    [["--beta", "2"], /--beta is 2, but the checkpoint kc has 1/],
    [["--hidden", "30"], /--hidden is 30, but the checkpoint kc has 20/],
  ] as const) {
    const refused = await here.run(...data, "--resume", "kc", ...args, "--out", "other");
    expect(refused.stderr).toMatch(message);
    expect(refused.code).toBe(2);
  }
});
