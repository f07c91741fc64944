import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { Autoencoder, conv2d, conv2dTranspose, dense, flatten, reshape } from "../../src/index.js";
import { loadModel, loadSafetensors } from "../../src/node.js";
import { inFolder } from "./run.js";

const here = inFolder();
const few = ["--samples", "40", "--epochs", "1"];
const same = { strides: 2, padding: "same" } as const;

test("--conv makes strided convolutions and mirrors them", async () => {
  const { stdout, code, stderr } = await here.run(
    "train",
    "digits",
    ...few,
    "--conv",
    "4,6",
    "--latent",
    "5",
  );
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain(
    "28×28×1 → conv2d 4 (relu) → conv2d 6 (relu) → flatten → 5 (relu) → 294 (relu) → reshape 7×7×6 → " +
      "conv2dTranspose 4 (relu) → conv2dTranspose 1 (sigmoid)",
  );
  const wanted = await Autoencoder.create({
    inputShape: [28, 28, 1],
    encoder: [conv2d(4, 3, "relu", same), conv2d(6, 3, "relu", same), flatten(), dense(5, "relu")],
    decoder: [
      dense(294, "relu"),
      reshape([7, 7, 6]),
      conv2dTranspose(4, 3, "relu", same),
      conv2dTranspose(1, 3, "sigmoid", same),
    ],
    loss: "binaryCrossentropy",
  });
  const model = await loadModel(here.path("model.safetensors"));
  expect(model.description).toEqual(wanted.description);
  await Promise.all([wanted.dispose(), model.dispose()]);
  const { stdout: inspected } = await here.run("inspect", "model.safetensors");
  expect(inspected).toMatch(/^encoder\.0 +conv2d 3×3, strides 2×2, same +28 × 28 × 1 → 14 × 14 × 4 +relu /m);
});

test.each([
  [["--conv", "3", "--tied"], /28×28×1 .*, tied/],
  [
    ["--conv", "3", "--hidden", "20", "--dropout", "0.2"],
    /conv2d 3 \(relu\) → dropout 0\.2 → flatten → 20 \(relu\) → dropout 0\.2 → 32/,
  ],
  [
    ["--conv", "3", "--variational", "--hidden", "none"],
    /flatten → 20 \(gaussian\) → 588 \(relu\) → reshape/,
  ],
  [["--conv", "none"], /784 → 32/],
])("%j", async (options, wanted) => {
  const ended = await here.run("train", "digits", ...few, ...options, "--out", "other.safetensors");
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  expect(ended.stdout).toMatch(wanted);
});

describe("--architecture", () => {
  beforeAll(async () => {
    const { stdout } = await here.run("inspect", "model.safetensors", "--architecture");
    writeFileSync(here.path("conv.json"), stdout);
    expect(JSON.parse(stdout)).toMatchObject({ inputShape: [28, 28, 1], loss: "binaryCrossentropy" });
  });

  test("of what inspect prints gives the same model to the bit", async () => {
    const args = ["train", "digits", ...few, "--architecture", "conv.json", "--out", "again.safetensors"];
    expect(await here.run(...args)).toMatchObject({ code: 0, stderr: "" });
    const [one, two] = await Promise.all(
      ["model", "again"].map((name) => loadSafetensors(here.path(`${name}.safetensors`))),
    );
    expect(two!.tensors).toEqual(one!.tensors);
    expect(
      readFileSync(here.path("again.safetensors")).equals(readFileSync(here.path("model.safetensors"))),
    ).toBe(true);
  });

  test("may leave out the shape of a sample, and takes the seed of the command", async () => {
    writeFileSync(
      here.path("short.json"),
      JSON.stringify({
        encoder: [{ kind: "dense", units: 3, activation: "tanh" }],
        decoder: [{ kind: "dense", units: 784 }],
        loss: "mse",
      }),
    );
    const args = [
      "train",
      "digits",
      ...few,
      "--architecture",
      "short.json",
      "--seed",
      "7",
      "--out",
      "s.safetensors",
    ];
    expect(await here.run(...args)).toMatchObject({ code: 0, stderr: "" });
    const model = await loadModel(here.path("s.safetensors"));
    expect(model.description).toMatchObject({ inputSize: 784, loss: "meanSquaredError", seed: 7 });
    await model.dispose();
  });

  const half = (...layers: object[]) => ({
    encoder: [{ kind: "dense", units: 3 }],
    decoder: [{ kind: "dense", units: 784 }],
    ...Object.fromEntries([["encoder", layers]]),
  });
  test.each<[string, unknown, string[], RegExp]>([
    ["no JSON", "{", [], /a\.json is not JSON: /],
    ["no object", "[1]", [], /a\.json must hold an object with the layers as "encoder" and "decoder"/],
    ["no layers", { encoder: [] }, [], /a\.json must have an array of layers as "decoder"/],
    ["an unknown layer", half({ kind: "conv3d" }), [], /kind of encoder\[0\] "conv3d" is not known/],
    [
      "a wrong option",
      half({ kind: "flatten" }, { kind: "dense", units: -1 }),
      [],
      /a\.json: encoder\[1\]: units of a dense layer must be a positive integer, not -1/,
    ],
    ["what is no layer", half({ kind: "dense", units: 4 }, 7 as never), [], /encoder\[1\] must be a layer/],
    ["an unknown key", { ...half({ kind: "dense", units: 3 }), epochs: 3 }, [], /epochs is an option of fit/],
    [
      "layers that do not fit",
      { ...half({ kind: "dense", units: 3 }), decoder: [{ kind: "dense", units: 5 }] },
      [],
      /last layer has 5 units, but it must have as many as inputSize, 784/,
    ],
    [
      "samples of another shape",
      { inputSize: 10, ...half({ kind: "dense", units: 3 }) },
      [],
      /a\.json describes a model of samples of 10, but DATA \(40 digits.*\) has samples of 784/,
    ],
    [
      "flags that it settles",
      half({ kind: "dense", units: 3 }),
      ["--latent", "3"],
      /--latent and --architecture cannot be used together/,
    ],
  ])("with %s is refused", async (_, json, flags, message) => {
    writeFileSync(here.path("a.json"), typeof json === "string" ? json : JSON.stringify(json));
    const args = ["train", "digits", ...few, "--architecture", "a.json", "--out", "no.safetensors", ...flags];
    const { code, stderr } = await here.run(...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBeGreaterThan(0);
  });

  test("a file that is not there is named", async () => {
    const { stderr } = await here.run("train", "digits", ...few, "--architecture", "none.json");
    expect(stderr).toMatch(/File not found: none\.json/);
  });
});

test.each<[string[], RegExp]>([
  [["train", "spiral", "--conv", "4"], /--conv needs images or a series/],
  [["train", "digits", ...few, "--conv", "4,4,4,4,4"], /samples of 28×28×1 can be halved only 4 times/],
])("%j is refused", async (args, message) => {
  const { code, stderr } = await here.run(...args);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});
