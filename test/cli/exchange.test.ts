// The commands export and import with Keras, TensorFlow.js and PyTorch weights, there and back.
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { encodeSafetensors } from "../../src/formats/safetensors.js";
import { Autoencoder, dense } from "../../src/index.js";
import { saveModel } from "../../src/node.js";
import { values } from "../support/models.js";
import { inFolder } from "./run.js";

const command = inFolder();
const golden = (name: string) => fileURLToPath(new URL(`../exchange/golden/${name}`, import.meta.url));

async function saved(name: string) {
  const halves = { encoder: [dense(2, "tanh")], decoder: [dense(6)] };
  const model = await Autoencoder.create({ inputSize: 6, ...halves, engine: { threads: 1 } });
  await model.fit(values(10, 6), { epochs: 1 });
  await saveModel(command.path(name), model);
  return model;
}

test("a model goes to Keras and TensorFlow.js, and comes back with the same weights", async () => {
  const model = await saved("a.safetensors");
  const keras = await command.run("export", "a.safetensors", "--to", "keras", "--out", "a.keras");
  expect([keras.code, keras.stderr]).toEqual([0, ""]);
  expect(keras.stdout).toMatch(/^a\.keras \(\d+ kB\)\nopen it with keras\.models\.load_model/);
  const tfjs = await command.run("export", "a.safetensors", "--to", "tfjs", "--out", "web", "--json");
  expect(JSON.parse(tfjs.stdout)).toMatchObject({
    event: "export",
    to: "tfjs",
    files: [{ name: "model.json" }, { bytes: 128 }],
  });
  for (const [file, format] of [
    ["a.keras", "Keras 3"],
    ["web/model.json", "TensorFlow.js layers"],
  ] as const) {
    const { code, stdout, stderr } = await command.run("import", file, "--out", "again.safetensors");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(
      `${format}, samples of (6,)\n\n   half     layer  activation  output  parameters  in the file\n` +
        "1  encoder  dense  tanh        (2,)            14  dense (Dense)\n" +
        "2  decoder  dense  linear      (6,)            18  dense_1 (Dense)\n\nSaved again.safetensors\n",
    );
    const again = await Autoencoder.fromSafetensors(
      new Uint8Array(readFileSync(command.path("again.safetensors"))),
    );
    expect(again.getWeights()).toEqual(model.getWeights());
    await again.dispose();
  }
  await model.dispose();
});

test("weights of PyTorch need what they do not say, by the names of options", async () => {
  copyFileSync(golden("pictures.safetensors"), command.path("p.safetensors"));
  const import_ = (...flags: string[]) =>
    command.run("import", "p.safetensors", "--out", "q.safetensors", ...flags);
  const bare = await import_();
  expect([bare.code, bare.stdout]).toEqual([2, ""]);
  expect(bare.stderr).toContain("give it as --input-shape, channels last");
  const strides = await import_("--input-shape", "8,8,2");
  expect(strides.stderr).toContain("the file does not say --strides of");
  const rest = ["--strides", "2", "--padding", "1", "--output-padding", "1,0"];
  const whole = await import_(
    "--input-shape",
    "8,8,2",
    ...rest,
    "--activation",
    "relu,relu,linear,relu,relu,sigmoid",
    "--json",
  );
  expect(whole.stderr).toBe("");
  const { layers, notes } = JSON.parse(whole.stdout);
  expect(layers.at(-1)).toMatchObject({
    half: "decoder",
    kind: "conv2dTranspose",
    activation: "sigmoid",
    outputShape: [8, 8, 2],
  });
  expect(notes.join(" ")).not.toContain("Activations");
  const guessed = await import_("--input-shape", "8,8,2", ...rest);
  expect(guessed.stdout).toContain("none after encoder.5, decoder.5; --activation says otherwise");
});

test("a pickle is named, and the line that converts it", async () => {
  writeFileSync(command.path("m.pt"), Uint8Array.of(0x80, 2, 0x8a, 10));
  const { code, stderr } = await command.run("import", "m.pt", "--out", "x.safetensors");
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^isthmus: m\.pt is a Python pickle, which could run any code and is not opened; convert it in Python: import torch/,
  );
});

test("files that are missing, and names that could deceive a terminal", async () => {
  const json = {
    modelTopology: { class_name: "Sequential", config: { layers: [] } },
    weightsManifest: [{ paths: ["../m.pt", "w.bin"], weights: [] }],
  };
  writeFileSync(command.path("model.json"), JSON.stringify(json));
  const missing = await command.run("import", "model.json", "--out", "x.safetensors");
  expect(missing.stderr).toBe("isthmus: File not found: w.bin\n");
  const data = Float32Array.of(1, 2);
  writeFileSync(
    command.path("names.safetensors"),
    encodeSafetensors([
      { name: "\x1b[2Ja.weight", shape: [1, 2], data },
      { name: "b.weight", shape: [2, 1], data },
    ]),
  );
  const named = await command.run("import", "names.safetensors", "--out", "x.safetensors");
  expect(named.stdout).toContain("\\u001b[2Ja");
  expect(named.stdout + named.stderr).not.toContain("\x1b");
});
