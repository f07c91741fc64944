// Keras opens exported models of every kind without custom objects, and gives the same outputs.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { exportKeras } from "../../src/exchange/exporting.js";
import { ArgumentError, Autoencoder, dense, StateError } from "../../src/index.js";
import { findPython } from "../formats/helpers.js";
import { MODELS, trained } from "./exported.js";

// TensorFlow, Keras's default, has no dilated transposed convolutions on a CPU, and JAX compiles every model.
process.env.KERAS_BACKEND ??= "numpy";
const SCRIPT = fileURLToPath(new URL("keras_models.py", import.meta.url));

test("Keras opens the whole model and both halves of every kind, with the same outputs", async (context) => {
  const python = findPython("numpy, jax, keras");
  if (python === undefined) return context.skip("there is no python3 with keras and jax");
  const folder = mkdtempSync(join(tmpdir(), "isthmus-keras-"));
  try {
    for (const [index, [, options]] of MODELS.entries()) {
      const { model, outputs } = await trained(options);
      for (const part of ["model", "encoder", "decoder"] as const)
        writeFileSync(join(folder, `${index}.${part}.keras`), exportKeras(model, { part }));
      const { unit, ...arrays } = outputs;
      const lists = Object.entries(arrays).map(([name, { length }]) => [
        name,
        Array.from({ length: 12 }, (_, row) => [
          ...arrays[name as "codes"].subarray((row * length) / 12, ((row + 1) * length) / 12),
        ]),
      ]);
      writeFileSync(
        join(folder, `${index}.json`),
        JSON.stringify({ unit, arrays: Object.fromEntries(lists) }),
      );
      await model.dispose();
    }
    const found = JSON.parse(
      execFileSync(python, ["-B", SCRIPT, folder], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
    );
    MODELS.forEach(([name], index) => {
      for (const part of ["model", "encoder", "decoder"])
        expect(found[`${index}.${part}`], `${name}, ${part}`).toBeLessThan(1e-5);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 180_000);

test("the same model gives the same bytes", async () => {
  const { model } = await trained(MODELS[0]![1]);
  expect(exportKeras(model)).toEqual(exportKeras(model, { part: "model" }));
  await model.dispose();
});

test("a scaling that is not learned yet, or too small for Keras, is refused", async () => {
  const options = { inputSize: 2, encoder: [dense(1)], decoder: [dense(2)], scaling: "minMax" } as const;
  const model = await Autoencoder.create({ ...options, engine: { threads: 1 } });
  expect(() => exportKeras(model)).toThrow(StateError);
  await model.fit(
    [
      [0, 0],
      [1, 1e-8],
    ],
    { epochs: 1 },
  );
  expect(() => exportKeras(model)).toThrow(/column 1 is scaled by 1e-8, but Keras's Normalization takes/);
  expect(() => exportKeras(model, { part: "half" as "model" })).toThrow(ArgumentError);
  await model.dispose();
});
