import { describe, expect, test } from "vitest";
import { loadModel } from "../../src/node.js";
import { events, inFolder } from "./run.js";

const here = inFolder();

async function train(...options: string[]) {
  const common = ["train", "digits", "--samples", "300", "--epochs", "1", "--out", "kind.safetensors"];
  return here.run(...common, ...options);
}

describe("train's kinds", () => {
  test.each([
    [["--corruption", "gaussian:0.2"], { corruption: { kind: "gaussianNoise", deviation: 0.2 } }],
    [["--corruption", "masking:0.3"], { corruption: { kind: "maskingNoise", rate: 0.3 } }],
    [["--corruption", "saltAndPepper:0.1"], { corruption: { kind: "saltAndPepper", rate: 0.1 } }],
    [["--sparsity", "kl:0.1:0.2"], { sparsity: { kind: "klSparsity", target: 0.1, weight: 0.2 } }],
    [["--sparsity", "kl"], { sparsity: { kind: "klSparsity", target: 0.05, weight: 0.1 } }],
    [["--tied", "--hidden", "20"], { tied: true }],
    [
      ["--variational", "--beta", "0.5", "--beta-warmup", "7", "--hidden", "30"],
      { latent: { kind: "gaussian", units: 20, beta: 0.5, warmupSteps: 7 } },
    ],
  ])("%j", async (options, expected) => {
    const { code, stderr } = await train(...options, "--json");
    expect([code, stderr]).toEqual([0, ""]);
    const model = await loadModel(here.path("kind.safetensors"));
    expect(model.description).toMatchObject(expected);
    await model.dispose();
    const [shown] = events((await here.run("inspect", "kind.safetensors", "--json")).stdout);
    expect(shown!.parameterCount).toBe(model.parameterCount);
    const parameters = (shown!.layers as { parameters: number }[]).map((layer) => layer.parameters);
    expect(parameters.reduce((sum, count) => sum + count, 0)).toBe(model.parameterCount);
  });

  test("layers are shown with dropout, penalty and gaussian code", async () => {
    const sparse = await train("--dropout", "0.25", "--hidden", "40", "--sparsity", "l1:1e-3");
    expect(sparse.code).toBe(0);
    expect(sparse.stdout).toContain(
      "784 → 40 (relu) → dropout 0.25 → 32 (relu) → 40 (relu) → dropout 0.25 → 784 (sigmoid)",
    );
    const model = await loadModel(here.path("kind.safetensors"));
    const code = { kind: "dense", activityPenalty: { kind: "l1", strength: 1e-3 } };
    expect(model.description.encoder.at(-1)).toMatchObject(code);
    await model.dispose();
    expect((await here.run("inspect", "kind.safetensors")).stdout).toMatch(/dropout 0\.25/);
    const variational = await train("--variational", "--latent", "5");
    expect(variational.stdout).toContain("784 → 400 (relu) → 5 (gaussian) → 400 (relu) → 784 (sigmoid)");
    expect(variational.stdout).toContain("(10, 5)");
    const evaluation = ["evaluate", "kind.safetensors", "digits", "--samples", "50"];
    const [found] = events((await here.run(...evaluation, "--json")).stdout);
    const { loss, reconstructionLoss, klLoss } = found as Record<string, number>;
    expect(loss).toBeCloseTo(reconstructionLoss! + klLoss!, 6);
    expect((await here.run(...evaluation)).stdout).toMatch(/klLoss +\d/);
    expect((await here.run("inspect", "kind.safetensors")).stdout).toMatch(
      /latent +gaussian \(units 5, beta 1/,
    );
  });

  test("tied weights are penalized once, in the encoder", async () => {
    const { code, stderr } = await train("--tied", "--l2", "1e-3", "--hidden", "30");
    expect([code, stderr]).toEqual([0, ""]);
    const model = await loadModel(here.path("kind.safetensors"));
    const { encoder, decoder } = model.description;
    const kernelPenalty = { kind: "l1l2", l1: 0, l2: 1e-3 };
    expect(encoder).toEqual([
      expect.objectContaining({ kernelPenalty }),
      expect.objectContaining({ kernelPenalty }),
    ]);
    for (const layer of decoder) expect(layer).not.toHaveProperty("kernelPenalty");
    await model.dispose();
  });

  test.each([
    [["--corruption", "gaussian"], /It must be gaussian:<deviation>/],
    [["--corruption", "masking:2"], /rate of maskingNoise must be in \(0, 1\), not 2/],
    [["--corruption", "blur:1"], /It must be .*masking:<rate>/],
    [["--sparsity", "l1"], /It must be l1:<strength>.*: strength of l1/],
    [["--dropout", "1"], /It must be a number between 0 and 1/],
    [["--dropout", "0.2", "--hidden", "none"], /--dropout applies to hidden layers/],
    [["--dropout", "0.2"], /--dropout applies to hidden layers/],
    [["--sparsity", "l1:-1"], /strength of l1 must be a number of at least 0/],
    [["--sparsity", "kl", "--activation", "relu"], /klSparsity needs a sigmoid code/],
    [["--sparsity", "kl", "--variational"], /--sparsity and --variational cannot be used together/],
    [["--tied", "--variational"], /tied and latent exclude each other/],
    [["--beta", "2"], /--beta needs --variational/],
    [["--variational", "--hidden", "none"], /--variational needs a hidden layer/],
  ])("%j is refused", async (options, message) => {
    const { code, stderr, stdout } = await train(...options);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
  });
});
