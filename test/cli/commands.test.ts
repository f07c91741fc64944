import { readFileSync, statSync, writeFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { decodeNpy, encodeNpy } from "../../src/formats/npy.js";
import { digits } from "../../src/index.js";
import { loadModel } from "../../src/node.js";
import { events, inFolder } from "./run.js";

const here = inFolder();
const read = (name: string) => decodeNpy(readFileSync(here.path(name)));
const math = ["--math", "portable"];

beforeAll(async () => {
  const { code } = await here.run(
    ...["train", "digits", "--samples", "500", "--epochs", "2", "--latent", "8", "--seed", "3", ...math],
  );
  expect(code).toBe(0);
});

test("encode, decode and reconstruct write what the library calculates", async () => {
  const data = ["digits", "--samples", "30", "--seed", "5", ...math];
  const encoded = await here.run("encode", "model.safetensors", ...data, "--out", "codes.npy");
  expect(encoded).toMatchObject({ code: 0, stdout: "saved codes.npy (30, 8)\n", stderr: "" });
  const decoded = await here.run("decode", "model.safetensors", "codes.npy", ...math, "--out", "again.npy");
  expect(decoded.stdout).toBe("saved again.npy (30, 784)\n");
  const both = await here.run("reconstruct", "model.safetensors", ...data, "--out", "both.npy", "--json");
  const [done] = events(both.stdout);
  expect(Object.keys(done!)).toEqual(["event", "rows", "columns", "seconds", "out"]);
  expect(done).toMatchObject({ event: "done", rows: 30, columns: 784, out: "both.npy" });

  const model = await loadModel(here.path("model.safetensors"), { engine: { math: "portable" } });
  const { images } = digits({ samples: 30, seed: 5 });
  const codes = await model.encode(images);
  expect(read("codes.npy")).toEqual({ shape: [30, 8], data: codes.data });
  const reconstructions = await model.reconstruct(images);
  expect(read("again.npy")).toEqual({ shape: [30, 784], data: reconstructions.data });
  expect(read("both.npy")).toEqual(read("again.npy"));
  await model.dispose();
});

test("a .npy file of bytes and more dimensions is taken as its rows", async () => {
  const { images } = digits({ samples: 12, seed: 1 });
  writeFileSync(here.path("images.npy"), encodeNpy({ shape: [12, 28, 28], data: images }));
  await here.run("encode", "model.safetensors", "images.npy", ...math, "--out", "a.npy");
  await here.run("encode", "model.safetensors", "digits", "--samples", "12", ...math, "--out", "b.npy");
  expect(read("a.npy").shape).toEqual([12, 8]);
  // Made data have seed 1 unless told otherwise.
  expect(read("a.npy")).toEqual(read("b.npy"));
});

test("evaluate prints the loss and the mean squared error", async () => {
  const args = ["evaluate", "model.safetensors", "digits", "--samples", "200", "--seed", "4", ...math];
  const [done] = events((await here.run(...args, "--json")).stdout);
  expect(Object.keys(done!)).toEqual(["event", "loss", "meanSquaredError", "samples", "seconds"]);
  const model = await loadModel(here.path("model.safetensors"), { engine: { math: "portable" } });
  const { images } = digits({ samples: 200, seed: 4 });
  expect(done!.loss).toBe((await model.evaluate(images)).loss);
  const errors = await model.reconstructionError(images);
  expect(done!.meanSquaredError).toBeCloseTo(errors.reduce((a, b) => a + b) / 200, 8);
  await model.dispose();
  const { stdout } = await here.run(...args);
  expect(stdout).toContain("200 digits of 28×28, made from seed 4");
  expect(stdout).toContain(`${(done!.loss as number).toFixed(4)} (binaryCrossentropy)`);
});

test("inspect prints layers, parameters, loss, optimizer, seed and metadata", async () => {
  const { stdout } = await here.run("inspect", "model.safetensors");
  expect(stdout).toMatch(/^layer +kind +shape +activation +initializer +parameters$/m);
  expect(stdout).toMatch(/^encoder\.0 +dense +784 → 8 +relu +glorotUniform +6,280$/m);
  expect(stdout).toMatch(/^decoder\.0 +dense +8 → 784 +sigmoid +glorotUniform +7,056$/m);
  expect(stdout).toMatch(/^total +13,336$/m);
  expect(stdout).toMatch(/^loss +binaryCrossentropy$/m);
  expect(stdout).toMatch(/^optimizer +adam \(learningRate 0\.001, /m);
  expect(stdout).toMatch(/^seed +3$/m);
  expect(stdout).toMatch(/^metadata format +pt$/m);
  const [model] = events((await here.run("inspect", "model.safetensors", "--json")).stdout);
  expect(model).toMatchObject({
    event: "model",
    inputSize: 784,
    latentSize: 8,
    parameterCount: 13_336,
    seed: 3,
  });
  expect(model!.bytes).toBe(statSync(here.path("model.safetensors")).size);
  expect(model!.layers).toHaveLength(2);
});
