import { describe, expect, it } from "vitest";
import { ArgumentError, FormatError } from "../../src/common/errors.js";
import {
  type ActivationName,
  checksum,
  elementCount,
  everyNth,
  type HashedTensor,
  hashedUniform,
  type LossName,
  loadDeepSteps,
  loadDenseSteps,
  loadGradients,
  loadOptimizerSteps,
  loadSpiral,
  type Penalty,
  rebuild,
} from "./load.js";

const steps = {
  "dense-steps": loadDenseSteps(),
  "deep-steps": loadDeepSteps(),
  "optimizer-steps": loadOptimizerSteps(),
};
const gradients = loadGradients();
const spiral = loadSpiral();

type Params = Map<string, ArrayLike<number>>;

const activate: Record<ActivationName, (z: number) => number> = {
  linear: (z) => z,
  relu: (z) => Math.max(z, 0),
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  tanh: Math.tanh,
};

/** Names of the layers of a network with `count` layers: the first half encodes. */
function layerNames(count: number): string[] {
  const half = count / 2;
  return Array.from({ length: count }, (_, i) => (i < half ? `encoder.${i}` : `decoder.${i - half}`));
}

/** The mean loss in float64, by plain loops: weights `[out, in]`, one sample a row. */
function meanLoss(
  sizes: readonly number[],
  kinds: ActivationName[],
  loss: LossName,
  params: Params,
  x: ArrayLike<number>,
) {
  const width = sizes[0]!;
  let sum = 0;
  for (let row = 0; row * width < x.length; row++) {
    let y = Array.from({ length: width }, (_, i) => x[row * width + i]!);
    for (const [layer, name] of layerNames(kinds.length).entries()) {
      const weight = params.get(`${name}.weight`)!;
      const bias = params.get(`${name}.bias`)!;
      y = Array.from({ length: sizes[layer + 1]! }, (_, o) => {
        let z = bias[o]!;
        for (let i = 0; i < y.length; i++) z += y[i]! * weight[o * y.length + i]!;
        return activate[kinds[layer]!](z);
      });
    }
    for (let i = 0; i < width; i++) {
      const target = x[row * width + i]!;
      const p = Math.min(Math.max(y[i]!, 1e-7), 1 - 1e-7);
      sum +=
        loss === "meanSquaredError"
          ? (y[i]! - target) ** 2
          : -(target * Math.log(p) + (1 - target) * Math.log(1 - p));
    }
  }
  return sum / x.length;
}

/** What the weight matrices add to the loss. */
function penaltyOf(penalty: Penalty | undefined, params: Params): number {
  let sum = 0;
  for (const [name, values] of params) {
    if (!penalty || !name.endsWith("weight")) continue;
    for (const w of Array.from(values)) sum += penalty.l1 * Math.abs(w) + penalty.l2 * w * w;
  }
  return sum;
}

const rebuildAll = (tensors: readonly HashedTensor[]): Params =>
  new Map(tensors.map((t) => [t.name, rebuild(t)]));

describe("hashedUniform", () => {
  const tensors = [...Object.values(steps), gradients].flatMap((golden) => [golden.data, ...golden.weights]);

  it.each(tensors)("rebuilds $name of tag $tag to the bit", (tensor) => {
    const values = rebuild(tensor);
    expect(values.length).toBe(elementCount(tensor.shape));
    expect(Array.from(values.subarray(0, tensor.first.length))).toEqual(tensor.first.map(Math.fround));
    expect(checksum(values)).toBe(tensor.checksum);
  });

  // From hashed.py: checksums of hashed_uniform(tag, 1000, -3, 5).
  it.each([
    [0, 2950402168],
    [0x80000000, 3403859726],
    [0xffffffff, 1706792515],
  ])("takes the extreme tag %i", (tag, expected) => {
    expect(checksum(hashedUniform(tag, 1000, -3, 5))).toBe(expected);
  });

  it("uses every tag once", () => {
    expect(new Set(tensors.map((tensor) => tensor.tag)).size).toBe(tensors.length);
  });

  it("stays in its range, fills it, and does not depend on the count", () => {
    const values = hashedUniform(7, 10_000, -0.5, 1.5);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-0.5);
    expect(Math.min(...values)).toBeLessThan(-0.49);
    expect(Math.max(...values)).toBeLessThanOrEqual(1.5);
    expect(Math.max(...values)).toBeGreaterThan(1.49);
    expect(Math.abs(values.reduce((a, b) => a + b) / values.length - 0.5)).toBeLessThan(0.02);
    expect(hashedUniform(7, 10, -0.5, 1.5)).toEqual(values.slice(0, 10));
    expect(hashedUniform(8, 10, -0.5, 1.5)).not.toEqual(values.slice(0, 10));
  });

  const refused: [Parameters<typeof hashedUniform>, string][] = [
    [[-1, 1, 0, 1], "tag is -1"],
    [[0.5, 1, 0, 1], "tag is 0.5"],
    [[2 ** 32, 1, 0, 1], "tag is 4294967296"],
    [[1, -1, 0, 1], "count is -1"],
    [[1, 1.5, 0, 1], "count is 1.5"],
    [[1, 1, 1, 0], "low and high are 1 and 0"],
    [[1, 1, Number.NaN, 1], "low and high are NaN and 1"],
  ];

  it.each(refused)("refuses %j", (args, message) => {
    const call = () => hashedUniform(...args);
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(message);
  });
});

describe("checksum and rebuild", () => {
  it("tells a changed bit, a changed order and a changed length", () => {
    const values = new Float32Array([1, 2, 3]);
    const original = checksum(values);
    expect(checksum(new Float32Array([1, 3, 2]))).not.toBe(original);
    expect(checksum(new Float32Array([1, 2, 3.0000002384185791]))).not.toBe(original);
    expect(checksum(new Float32Array([1, 2, 3, 0]))).not.toBe(original);
    expect(checksum(new Float32Array([0, 1, 2, 3]).subarray(1))).toBe(original);
  });

  it("refuses a recipe that gives other bits", () => {
    const { data } = gradients;
    expect(() => rebuild({ ...data, tag: data.tag + 1 })).toThrow(FormatError);
    expect(() => rebuild({ ...data, high: data.high * 1.001 })).toThrow(/data was rebuilt with checksum/);
  });

  it("takes every n-th value and refuses a stride below 1", () => {
    expect(everyNth([0, 1, 2, 3, 4], 2)).toEqual([0, 2, 4]);
    expect(everyNth(new Float32Array([5, 6]), 1)).toEqual([5, 6]);
    expect(() => everyNth([1], 0)).toThrow(ArgumentError);
  });
});

describe.each(Object.entries(steps))("%s", (_, golden) => {
  const params = rebuildAll(golden.weights);
  const x = rebuild(golden.data);

  it("has ten finite losses and values that fit the shapes", () => {
    for (const run of golden.runs) {
      expect(run.loss.length).toBe(golden.steps);
      expect([...run.loss, run.finalLoss].every(Number.isFinite)).toBe(true);
      expect(run.weights.map(({ name, shape }) => [name, shape])).toEqual(
        golden.weights.map(({ name, shape }) => [name, shape]),
      );
      for (const { shape, stride, values } of run.weights) {
        expect(values.length).toBe(Math.ceil(elementCount(shape) / stride));
        expect(values.every(Number.isFinite)).toBe(true);
      }
    }
  });

  it("moves every array away from the start, differently with each optimizer", () => {
    const seen = new Set<string>();
    for (const run of golden.runs) {
      for (const { name, stride, values } of run.weights) {
        const start = everyNth(params.get(name)!, stride);
        expect(Math.max(...values.map((v, i) => Math.abs(v - start[i]!)))).toBeGreaterThan(
          10 * golden.tolerance.weights,
        );
        seen.add(values.join());
      }
    }
    expect(seen.size).toBe(golden.runs.length * golden.weights.length);
  });

  it("starts every run at the loss of the rebuilt network", () => {
    const loss = meanLoss(golden.sizes, [...golden.activations], golden.loss, params, x);
    for (const run of golden.runs) {
      expect(Math.abs(run.loss[0]! - loss - penaltyOf(run.penalty, params))).toBeLessThan(1e-12);
    }
  });

  it("ends with the stored weights at the stored loss", () => {
    for (const run of golden.runs) {
      if (run.weights.some(({ stride }) => stride !== 1)) continue;
      const trained: Params = new Map(run.weights.map(({ name, values }) => [name, values]));
      const loss = meanLoss(golden.sizes, [...golden.activations], golden.loss, trained, x);
      expect(Math.abs(run.finalLoss - loss - penaltyOf(run.penalty, trained))).toBeLessThan(1e-8);
    }
  });
});

describe("gradients", () => {
  const params = rebuildAll(gradients.weights);
  const x = rebuild(gradients.data);

  it("has each combination once", () => {
    const names = gradients.cases.map(({ hidden, output, loss }) => `${hidden} ${output} ${loss}`);
    expect(new Set(names).size).toBe(4 * 4 * 2);
    expect(names.length).toBe(4 * 4 * 2);
  });

  it.each(gradients.cases)("agrees with differences: $hidden, $output, $loss", (golden) => {
    const kinds = [golden.hidden, golden.hidden, golden.hidden, golden.output];
    expect(Math.abs(meanLoss(gradients.sizes, kinds, golden.loss, params, x) - golden.value)).toBeLessThan(
      1e-12,
    );
    const step = 1e-6;
    for (const [name, expected] of Object.entries(golden.gradients)) {
      expect(expected.length).toBe(params.get(name)!.length);
      for (let i = 0; i < expected.length; i++) {
        const at = (change: number) => {
          const moved = Array.from(params.get(name)!);
          moved[i]! += change;
          return meanLoss(gradients.sizes, kinds, golden.loss, new Map(params).set(name, moved), x);
        };
        const slope = (at(step) - at(-step)) / (2 * step);
        expect(Math.abs(slope - expected[i]!), `${name}[${i}]`).toBeLessThan(1e-7);
      }
    }
  });
});

describe("spiral", () => {
  it("holds 500 points in the unit square whose float32 form has the stored checksum", () => {
    expect(spiral.data.shape).toEqual([500, 2]);
    const { values } = spiral.data;
    expect(checksum(Float32Array.from(values))).toBe(spiral.data.checksum);
    for (const axis of [0, 1]) {
      const along = values.filter((_, i) => i % 2 === axis);
      expect([Math.min(...along), Math.max(...along)]).toEqual([0, 1]);
    }
  });

  it("has the losses that are published, to six decimals", () => {
    const published = [
      0.072515, 0.07082, 0.068194, 0.06384, 0.057983, 0.05235, 0.047691, 0.043407, 0.039406, 0.036121,
    ];
    expect(spiral.loss.length).toBe(published.length);
    for (const [i, loss] of published.entries()) expect(Math.abs(spiral.loss[i]! - loss)).toBeLessThan(1e-6);
  });

  it("has the final error that its trained weights give", () => {
    const trained: Params = new Map(spiral.trained.map(({ name, values }) => [name, values]));
    const loss = meanLoss([2, 1, 2], ["sigmoid", "sigmoid"], "meanSquaredError", trained, spiral.data.values);
    expect(Math.abs(loss - spiral.final.meanSquaredError)).toBeLessThan(1e-12);
  });
});
