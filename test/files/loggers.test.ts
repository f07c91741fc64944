import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  ArgumentError,
  Autoencoder,
  adam,
  dense,
  exponentialDecay,
  type FitOptions,
  gaussian,
  reduceOnPlateau,
} from "../../src/index.js";
import { csvLogger, tensorBoard } from "../../src/node.js";
import { findPython } from "../formats/helpers.js";
import { failure, smallModel, values } from "../support/models.js";

let folder = "";
const at = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-loggers-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As in `smallModel`. */
const PORTABLE = { engine: { math: "portable" } } as const;
const samples = values(60, 6);
const options = { batchSize: 20, validationSplit: 0.2, metrics: ["meanAbsoluteError"] } satisfies FitOptions;
const rowsOf = (name: string) =>
  readFileSync(at(name), "utf8")
    .split("\n")
    .map((line) => line.split(","));

test("csvLogger writes a row an epoch, with the history's own numbers", async () => {
  const model = await smallModel({
    optimizer: adam({
      learningRate: exponentialDecay({ initialLearningRate: 0.1, decaySteps: 6, decayRate: 0.5 }),
    }),
  });
  const { loss, valLoss, metrics, valMetrics, seconds } = await model.fit(samples, {
    ...{ ...options, epochs: 3 },
    callbacks: [csvLogger(at("run.csv"))],
  });
  const [header, ...rows] = rowsOf("run.csv");
  expect(header).toEqual(
    "epoch,loss,meanAbsoluteError,valLoss,valMeanAbsoluteError,learningRate,seconds".split(","),
  );
  expect(rows.pop()).toEqual([""]);
  // 48 of 60 rows are trained on: three steps an epoch, after which the rate is 0.1 · 0.5^(steps / 6).
  expect(rows.map((row) => row.map(Number))).toEqual(
    [1, 2, 3].map((epoch, i) => [
      ...[epoch, loss[i], metrics.meanAbsoluteError![i], valLoss[i], valMetrics.meanAbsoluteError![i]],
      ...[expect.closeTo(0.1 * 0.5 ** (epoch / 2), 9), seconds[i]],
    ]),
  );
  await model.dispose();
});

test("a row is in the file when its epoch ends, and the older file stays until the first one does", async () => {
  const model = await smallModel();
  writeFileSync(at("older.csv"), "older\n");
  const seen: string[] = [];
  await model.fit(samples, {
    epochs: 2,
    callbacks: [csvLogger(at("older.csv"), { separator: ";" })],
    onBatchEnd: ({ step }) => void (step === 1 && seen.push(readFileSync(at("older.csv"), "utf8"))),
    onEpochEnd: () => void seen.push(readFileSync(at("older.csv"), "utf8")),
  });
  expect(seen.map((text) => text.split("\n").map((line) => line.split(";")[0]))).toEqual([
    ["older", ""],
    ["epoch", "1", ""],
    ["epoch", "1", ""],
    ["epoch", "1", "2", ""],
  ]);
  await model.dispose();
});

test("a resumed training appends, replaces what came after its checkpoint, and mends a broken line", async () => {
  const model = await smallModel();
  const logged = (name: string) => rowsOf(name).map(([epoch, loss]) => [epoch, loss]);
  let checkpoint: Uint8Array = new Uint8Array();
  const callbacks = [csvLogger(at("resumed.csv"))];
  await model.fit(samples, {
    ...{ ...options, epochs: 5, callbacks },
    onEpochEnd: ({ epoch }) => {
      if (epoch === 3) checkpoint = model.toCheckpoint();
    },
  });
  const whole = logged("resumed.csv");
  appendFileSync(at("resumed.csv"), "6,0.1");
  const resumed = await Autoencoder.fromCheckpoint(checkpoint, PORTABLE);
  await resumed.fit(samples, { epochs: 5, callbacks });
  expect(logged("resumed.csv")).toEqual(whole);
  // What is no log of this training stays as it is.
  const again = await Autoencoder.fromCheckpoint(checkpoint, PORTABLE);
  writeFileSync(at("resumed.csv"), "name,size\nx,1\n");
  const error = await failure(() => again.fit(samples, { epochs: 5, callbacks }));
  expect(error).toBeInstanceOf(ArgumentError);
  expect((error as Error).message).toMatch(
    /resumed\.csv has other columns \(name,size\) than this training \(epoch,loss,/,
  );
  expect(readFileSync(at("resumed.csv"), "utf8")).toBe("name,size\nx,1\n");
  rmSync(at("resumed.csv"));
  await again.fit(samples, { epochs: 5, callbacks });
  expect(logged("resumed.csv")).toEqual([whole[0], ...whole.slice(4)]);
  await Promise.all([model, resumed, again].map((one) => one.dispose()));
});

test("append, a variational model, fitSync, and options that are refused", async () => {
  const model = await Autoencoder.create({
    ...{ inputSize: 6, encoder: [dense(4)], decoder: [dense(6)], latent: gaussian(2), seed: 1 },
    optimizer: adam({
      learningRate: reduceOnPlateau({
        initialLearningRate: 0.01,
        monitor: "loss",
        patience: 1,
        minDelta: 1e9,
      }),
    }),
  });
  const callbacks = [csvLogger(at("kl.csv"), { append: true })];
  await model.fit(samples, { epochs: 2, callbacks });
  model.fitSync(samples, { epochs: 2, callbacks });
  // The rows of fitSync come one after the other; the last one tells that all are there.
  while (rowsOf("kl.csv").length < 6) await new Promise((resolve) => setImmediate(resolve));
  const rows = rowsOf("kl.csv");
  expect(rows[0]!.slice(0, 4)).toEqual(["epoch", "loss", "reconstructionLoss", "klLoss"]);
  expect(rows.map(([epoch]) => epoch)).toEqual(["epoch", "1", "2", "1", "2", ""]);
  // As Keras, before reduceOnPlateau looks at the loss: its first reduction is told an epoch later.
  expect(rows.slice(1, 3).map((row) => row[4])).toEqual(["0.01", "0.01"]);
  expect(Number(rows[3]![4])).toBeCloseTo(0.001, 9);
  expect(() => csvLogger("")).toThrow(/non-empty string/);
  expect(() => csvLogger("a.csv", { separator: "|" as "," })).toThrow(/separator "\|" is not known/);
  expect(() => csvLogger("a.csv", { file: 1 } as object)).toThrow(/option of csvLogger "file"/);
  const error = await failure(() => model.fit(samples, { callbacks: [csvLogger(at("none/run.csv"))] }));
  expect((error as Error).message).toMatch(/there is no folder .*none/);
  await model.dispose();
});

test("tensorBoard makes an event file for training and one for validation, each run its own", async () => {
  const model = await smallModel();
  const callbacks = [tensorBoard(at("runs"))];
  const files = (run: string) => readdirSync(join(at("runs"), run)).sort();
  await model.fit(samples, { epochs: 1, callbacks });
  expect(readdirSync(at("runs"))).toEqual(["train"]);
  await model.fit(samples, { ...options, epochs: 1, callbacks });
  expect(files("train")).toHaveLength(2);
  expect(files("validation")).toEqual([
    expect.stringMatching(/^events\.out\.tfevents\.\d{10}\..+\.\d+\.\d+\.v2$/),
  ]);
  expect(() => tensorBoard("")).toThrow(/^folder must be/);
  writeFileSync(at("file"), "");
  const error = await failure(() => model.fit(samples, { callbacks: [tensorBoard(at("file/run"))] }));
  expect(error).toMatchObject({ code: "ERR_FILE" });
  expect(existsSync(at("file"))).toBe(true);
  await model.dispose();
});

/** What TensorBoard's own reader finds: of each run and tag, steps and values. */
const READER = `
import json, sys
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.util import tensor_util
runs = EventMultiplexer().AddRunsFromDirectory(sys.argv[1]).Reload()
found = {}
for run, kinds in runs.Runs().items():
    for tag in kinds["tensors"]:
        events = runs.Tensors(run, tag)
        metadata = runs.SummaryMetadata(run, tag)
        found[run + " " + tag] = {
            "kind": [metadata.plugin_data.plugin_name, metadata.data_class],
            "steps": [event.step for event in events],
            "values": [tensor_util.make_ndarray(event.tensor_proto).item() for event in events],
        }
print(json.dumps(found))
`;

test("TensorBoard's own reader finds Keras's tags and the history's values", async (context) => {
  const python = findPython("tensorboard");
  if (python === undefined) return context.skip("there is no python3 with tensorboard");
  const model = await smallModel();
  let checkpoint: Uint8Array = new Uint8Array();
  const callbacks = [tensorBoard(at("board"))];
  await model.fit(samples, {
    ...{ ...options, epochs: 5, callbacks },
    onEpochEnd: ({ epoch }) => {
      if (epoch === 3) checkpoint = model.toCheckpoint();
    },
  });
  // Resumed, so that epochs 4 and 5 are logged twice.
  const resumed = await Autoencoder.fromCheckpoint(checkpoint, PORTABLE);
  const history = await resumed.fit(samples, { epochs: 6, callbacks });
  const read = execFileSync(python, ["-c", READER, at("board")], { encoding: "utf8", stdio: "pipe" });
  const series = (values: readonly number[]) => ({
    ...{ kind: ["scalars", 1], steps: [0, 1, 2, 3, 4, 5] },
    values: values.map(Math.fround),
  });
  expect(JSON.parse(read)).toEqual({
    "train epoch_loss": series(history.loss),
    "train epoch_mean_absolute_error": series(history.metrics.meanAbsoluteError!),
    "train epoch_learning_rate": series(history.loss.map(() => 0.001)),
    "validation epoch_loss": series(history.valLoss),
    "validation epoch_mean_absolute_error": series(history.valMetrics.meanAbsoluteError!),
  });
  await Promise.all([model.dispose(), resumed.dispose()]);
});
