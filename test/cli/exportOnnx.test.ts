import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { readOnnx } from "../../src/exchange/onnx/readOnnx.js";
import { inFolder } from "./run.js";

const here = inFolder();

test("export --to onnx writes a graph, and tells what half weights cost", async () => {
  await here.run("train", "spiral", "--epochs", "1", "--out", "model.safetensors");
  const options = ["--to", "onnx", "--out", "half.onnx", "--part", "encoder", "--weights", "bf16"];
  const { code, stderr, stdout } = await here.run("export", "model.safetensors", ...options);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/largest difference of a weight: 0\.00\d+/);
  const { graph, metadata } = readOnnx(await readFile(here.path("half.onnx")));
  expect(graph.outputs.map(({ name }) => name)).toEqual(["code"]);
  expect(metadata.get("isthmus.weights")).toBe("bfloat16");
  const refused = await here.run("export", "model.safetensors", "--to", "onnx", "--out", "model.pt");
  expect([refused.code, refused.stderr]).toEqual([
    expect.any(Number),
    expect.stringContaining("must end in .onnx"),
  ]);
  expect(refused.code).not.toBe(0);
});
