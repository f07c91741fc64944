import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Layer } from "../../src/index.js";
import { loadModel } from "../../src/node.js";
import { events, inFolder } from "./run.js";

const mnist = fileURLToPath(new URL("../../../shared/data/mnist/t10k-images-idx3-ubyte.gz", import.meta.url));
const here = inFolder();

function sizeAndActivation(layer: Layer) {
  return layer.kind === "dense" ? [layer.units, layer.activation] : [layer.kind];
}

describe("train digits", () => {
  test("prints plain lines where output is no terminal, and saves the model", async () => {
    const { code, stdout, stderr } = await here.run("train", "digits", "--samples", "1000", "--epochs", "2");
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).not.toContain("\x1b");
    expect(stdout).not.toContain("\r");
    const epochs = stdout.match(/^Epoch \d\/2 {2}4\/4 ━{20} \d+s \d+[mu]s\/step - loss: \d\.\d{4}$/gm);
    expect(epochs).toHaveLength(2);
    expect(stdout).toContain("1,000 digits of 28×28");
    expect(stdout).toContain("784 → 32 (relu) → 784 (sigmoid), 50,992 parameters");
    expect(stdout).toContain("binaryCrossentropy");
    expect(stdout).toContain("adam, learning rate 0.001, batches of 256, 2 epochs");
    for (const shape of ["(10, 784)", "(10, 32)"]) expect(stdout).toContain(shape);
    expect(stdout.match(/\(10, 784\)/g)).toHaveLength(2);
    expect(stdout).toMatch(/[░▒▓█]{2}/);
    expect(stdout).toContain("saved model.safetensors");

    const model = await loadModel(here.path("model.safetensors"));
    expect([model.inputSize, model.latentSize, model.description.optimizer.kind]).toEqual([784, 32, "adam"]);
    await model.dispose();
  });

  test("--json prints the documented events and nothing else", async () => {
    const { code, stdout, stderr } = await here.run(
      ...["train", "digits", "--samples", "600", "--epochs", "3", "--validation-split", "0.2"],
      ...["--json", "--out", "json.safetensors"],
    );
    expect([code, stderr]).toEqual([0, ""]);
    const all = events(stdout);
    expect(all.map(({ event }) => event)).toEqual(["epoch", "epoch", "epoch", "done"]);
    all.slice(0, 3).forEach((event, index) => {
      expect(Object.keys(event)).toEqual(["event", "epoch", "loss", "valLoss", "seconds", "msPerStep"]);
      expect(event.epoch).toBe(index + 1);
      for (const key of ["loss", "valLoss", "seconds", "msPerStep"]) expect(event[key]).toBeGreaterThan(0);
    });
    const done = all[3]!;
    expect(Object.keys(done)).toEqual(["event", "loss", "valLoss", "seconds", "out"]);
    expect([done.loss, done.valLoss, done.out]).toEqual([all[2]!.loss, all[2]!.valLoss, "json.safetensors"]);
    expect(all[2]!.loss).toBeLessThan(all[0]!.loss as number);
  });

  test("valLoss is null without validation, and the same seed gives the same file", async () => {
    const train = (out: string, seed: string) =>
      here.run(
        "train",
        "digits",
        "--samples",
        "300",
        "--epochs",
        "1",
        "--seed",
        seed,
        "--json",
        "--out",
        out,
      );
    const ended = [await train("a.st", "7"), await train("b.st", "7"), await train("c.st", "8")];
    const [epoch, done] = events(ended[0]!.stdout);
    expect([epoch!.valLoss, done!.valLoss]).toEqual([null, null]);
    const [a, b, c] = ["a.st", "b.st", "c.st"].map((name) => readFileSync(here.path(name)));
    expect(a!.equals(b!)).toBe(true);
    expect(a!.equals(c!)).toBe(false);
  });

  test("the architecture and the training are as the options say", async () => {
    const { code, stdout } = await here.run(
      ...["train", "digits", "--samples", "200", "--epochs", "1", "--batch-size", "50", "--latent", "8"],
      ...["--hidden", "20,12", "--activation", "tanh", "--loss", "meanSquaredError", "--optimizer", "sgd"],
      ...["--learning-rate", "0.5", "--math", "portable", "--seed", "9", "--out", "wide.safetensors"],
    );
    expect(code).toBe(0);
    expect(stdout).toContain("4/4 ━");
    expect(stdout).toMatch(/simd build, .* portable math/);
    const model = await loadModel(here.path("wide.safetensors"));
    const { encoder, decoder, loss, optimizer, seed } = model.description;
    expect(encoder.map(sizeAndActivation)).toEqual([
      [20, "tanh"],
      [12, "tanh"],
      [8, "tanh"],
    ]);
    expect(decoder.map(sizeAndActivation)).toEqual([
      [12, "tanh"],
      [20, "tanh"],
      [784, "sigmoid"],
    ]);
    expect([loss, optimizer.kind, optimizer.learningRate, seed]).toEqual(["meanSquaredError", "sgd", 0.5, 9]);
    await model.dispose();
  });
});

test("train spiral learns the curve, draws points and prints each tenth of its epochs", async () => {
  const { code, stdout } = await here.run(
    "train",
    "spiral",
    "--epochs",
    "150",
    "--out",
    "spiral.safetensors",
  );
  expect(code).toBe(0);
  expect(stdout).toContain("2 → 128 (relu) → 64 (relu) → 1 (linear) → 64 (tanh) → 128 (tanh) → 2 (linear)");
  expect(stdout).toMatch(/^scaling +standard$/m);
  expect(stdout.match(/^Epoch /gm)).toHaveLength(11);
  expect(stdout).toMatch(/Epoch 150\/150/);
  expect(stdout.match(/\(500, 2\)/g)).toHaveLength(2);
  expect(stdout).toContain("(500, 1)");
  expect(stdout).toMatch(/[\u2801-\u28ff]/);
  const evaluation = await here.run("evaluate", "spiral.safetensors", "spiral", "--json");
  // Of standardized points, whose variance is 1.
  expect(events(evaluation.stdout)[0]!.loss).toBeLessThan(0.03);
});

test("--scaling is the model's, and inspect and evaluate tell of it", async () => {
  const args = ["train", "digits", "--samples", "40", "--epochs", "1", "--out", "scaled.safetensors"];
  const { code, stdout } = await here.run(...args, "--scaling", "minMax");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^scaling +minMax$/m);
  const model = await loadModel(here.path("scaled.safetensors"));
  expect(model.description.scaling).toBe("minMax");
  expect(model.scaling!.offset).toHaveLength(784);
  await model.dispose();
  expect((await here.run("inspect", "scaled.safetensors")).stdout).toMatch(/^scaling +minMax$/m);
  // The digits that it was trained on: others may lie outside the range that the scaling has learnt.
  const same = ["evaluate", "scaled.safetensors", "digits", "--samples", "40"];
  const evaluation = await here.run(...same, "--seed", "0");
  expect(evaluation.stdout).toMatch(/\(binaryCrossentropy, minMax scaling\)/);
  const others = await here.run(...same, "--seed", "5");
  expect(others.code).toBe(2);
  expect(others.stderr).toMatch(/^isthmus: row \d+, column \d+ of samples is .* outside the range/);
  const standard = await here.run(...args, "--scaling", "standard");
  expect(standard.code).toBe(2);
  expect(standard.stderr).toMatch(/scaling "standard".*binaryCrossentropy/);
});

test.skipIf(!existsSync(mnist))(
  "train takes real MNIST by its path and holds out ten (skipped without ../shared/data)",
  async () => {
    const { code, stdout } = await here.run("train", mnist, "--epochs", "3", "--out", "mnist.safetensors");
    expect(code).toBe(0);
    expect(stdout).toContain("10,000 samples of 28×28 from t10k-images-idx3-ubyte.gz");
    expect(stdout).toMatch(/^Epoch 3\/3 {2}40\/40 ━/m);
    expect(stdout).toContain("the last 10 samples, held out");
    const evaluation = events((await here.run("evaluate", "mnist.safetensors", mnist, "--json")).stdout)[0]!;
    expect(evaluation.samples).toBe(10_000);
    // An untrained model gives ln 2 = 0.693, the mean picture 0.26.
    expect(evaluation.loss).toBeLessThan(0.25);
  },
);

test("no temporary file is left", () => {
  expect(readdirSync(here.folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

describe("train with options of the optimization", () => {
  test("schedule, warm-up, clipping, penalties and names reach the model, and are told", async () => {
    const { code, stdout, stderr } = await here.run(
      ...["train", "digits", "--samples", "200", "--epochs", "1", "--hidden", "8", "--activation", "gelu"],
      ...["--optimizer", "nadam", "--loss", "huber", "--schedule", "cosineDecay:decaySteps=20,alpha=0.5"],
      ...[
        "--warmup",
        "5",
        "--learning-rate",
        "0.01",
        "--global-clip-norm",
        "0.5",
        "--l1",
        "1e-5",
        "--l2",
        "1e-4",
      ],
      ...["--out", "options.safetensors"],
    );
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("huber (delta 1)");
    expect(stdout).toContain(
      "nadam, learning rate warmup (warmupSteps 5, initialLearningRate 0, schedule cosineDecay (",
    );
    const model = await loadModel(here.path("options.safetensors"));
    const { optimizer, encoder, decoder } = model.description;
    expect(optimizer).toEqual({
      ...{ kind: "nadam", beta1: 0.9, beta2: 0.999, epsilon: 1e-7, globalClipNorm: 0.5 },
      learningRate: {
        ...{ kind: "warmup", warmupSteps: 5, initialLearningRate: 0 },
        schedule: { kind: "cosineDecay", initialLearningRate: 0.01, decaySteps: 20, alpha: 0.5 },
      },
    });
    const layers = [...encoder, ...decoder].filter((layer) => layer.kind === "dense");
    expect(layers.map(({ kernelPenalty }) => kernelPenalty)).toEqual(
      new Array(4).fill({ kind: "l1l2", l1: 1e-5, l2: 1e-4 }),
    );
    expect(layers.slice(0, 2).map(({ activation }) => activation)).toEqual(["gelu", "gelu"]);
    await model.dispose();
  });

  test.each([
    [["--schedule", "cosine:decaySteps=3"], /kind of learningRate "cosine" is not known .*cosineDecay/],
    [["--schedule", "cosineDecay"], /decaySteps must be a positive integer, not undefined/],
    [["--schedule", "cosineDecay:decaySteps"], /name:option=value/],
    [["--schedule", "reduceOnPlateau:monitor=accuracy"], /monitor "accuracy" is not known/],
    [
      ["--schedule", "reduceOnPlateau"],
      /reduceOnPlateau follows valLoss, but there is nothing to validate with/,
    ],
    [["--warmup", "0"], /It must be a positive integer/],
    [["--clip-norm", "-1"], /It must be a number above 0/],
    [["--clip-norm", "1", "--clip-value", "1"], /clipValue and clipNorm exclude each other/],
    [["--l2", "x"], /It must be a number of at least 0/],
    [["--optimizer", "rmsporp"], /did you mean "rmsprop"/],
  ])("%j is refused", async (args, message) => {
    const { code, stderr } = await here.run(
      "train",
      "digits",
      "--samples",
      "50",
      "--out",
      "no.safetensors",
      ...args,
    );
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(existsSync(here.path("no.safetensors"))).toBe(false);
  });
});
