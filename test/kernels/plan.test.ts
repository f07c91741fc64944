import { describe, expect, test } from "vitest";
import {
  ACTIVATION_SIGMOID,
  STEP_GRADIENT_RATE,
  STEP_INDICES,
  STEP_LEARNING_RATE,
  STEP_SECOND_FACTOR,
  STEP_WEIGHT_DECAY,
  STEP_WORDS,
  TILE_2X16,
  TILE_4X8,
  TILE_4X16,
  TILE_6X8,
  TILE_6X16,
} from "../../assembly/abi.js";
import type { Address } from "../../src/engine/memory.js";
import { PlanBuilder } from "../../src/engine/plan.js";
import { Tensor } from "../../src/engine/tensor.js";
import { tileFor } from "../../src/engine/tiles.js";
import { BUILDS } from "../support/kernels.js";
import { Sandbox } from "./sandbox.js";
import { distinct, expectSameBits } from "./values.js";

/** Rows of the batch, inputs and outputs of the one layer: none a multiple of a share's grain. */
const [ROWS, INPUTS, OUTPUTS, SAMPLES] = [135, 37, 53, 61] as const;
const SCALE = Math.fround(1 / (ROWS * OUTPUTS));
const KIND = ACTIVATION_SIGMOID;
const [BETA1, BETA2, EPS, MOMENTUM] = [0.1, 0.001, 1e-7, 0.9].map(Math.fround) as [
  number,
  number,
  number,
  number,
];

/** Fields of `gemm`, as the kernel itself takes them. */
type ProductFields = Readonly<
  Record<"n" | "k" | "a" | "aRow" | "aStep" | "b" | "seed" | "seedRow" | "c" | "cRow", number>
>;

/** What the optimizers beside SGD and Adam keep, of the weights. */
const MOMENTS = ["velocities", "momentums", "means", "sums", "gradients", "changes", "m", "v"] as const;
const [L1, L2, LIMIT, RHO, DELTA] = [0.01, 0.02, 0.05, 0.9, 0.2].map(Math.fround) as [
  number,
  number,
  number,
  number,
  number,
];

/** The memory of one training step of a dense layer that calls every kernel there is in a plan. */
function setUp(box: Sandbox, tile: number) {
  const packed = (k: number, n: number) => {
    const width = box.kernels.tileColumns(tileFor(tile, n));
    return box.floats(1, Math.ceil(n / width) * width * k);
  };
  const indices = box.words(ROWS).set(Array.from({ length: ROWS }, (_, i) => (i * 29) % SAMPLES));
  const words = new Uint32Array(STEP_WORDS);
  words[STEP_INDICES] = indices.at();
  const factors = [
    [STEP_LEARNING_RATE, 0.3],
    [STEP_WEIGHT_DECAY, 0.02],
    [STEP_GRADIENT_RATE, 0.1],
    [STEP_SECOND_FACTOR, 2.5],
  ] as const;
  for (const [word, factor] of factors) words[word] = new Uint32Array(Float32Array.of(factor).buffer)[0]!;
  const step = box.words(STEP_WORDS).set(words);
  const inputs = box.floats(SAMPLES, INPUTS).set(distinct(SAMPLES * INPUTS, 1));
  const targets = box.bytes(SAMPLES, OUTPUTS).set(distinct(SAMPLES * OUTPUTS, 2, 127).map((x) => x + 128));
  const zeros = (rows: number, columns: number) =>
    box.floats(rows, columns).set(new Float32Array(rows * columns));
  const outputs = {
    weights: box.floats(OUTPUTS, INPUTS).set(distinct(OUTPUTS * INPUTS, 3)),
    bias: box.floats(OUTPUTS, 1).set(distinct(OUTPUTS, 4)),
    velocity: zeros(OUTPUTS, INPUTS),
    first: zeros(OUTPUTS, 1),
    second: zeros(OUTPUTS, 1),
    packedForward: packed(INPUTS, OUTPUTS),
    packedBackward: packed(OUTPUTS, INPUTS),
    packedBatch: packed(ROWS, INPUTS),
    batch: box.floats(ROWS, INPUTS),
    target: box.floats(ROWS, OUTPUTS),
    z: box.floats(ROWS, OUTPUTS),
    y: box.floats(ROWS, OUTPUTS),
    dz: box.floats(ROWS, OUTPUTS),
    dy: box.floats(ROWS, OUTPUTS),
    gradient: box.floats(ROWS, OUTPUTS),
    dx: zeros(ROWS, INPUTS),
    dw: zeros(OUTPUTS, INPUTS),
    db: box.floats(OUTPUTS, 1),
    losses: box.doubles(ROWS),
    lossesOfLogits: box.doubles(ROWS),
    squares: box.doubles(ROWS),
    absolutes: box.doubles(ROWS),
    hubers: box.doubles(ROWS),
    penalties: box.doubles(OUTPUTS),
    // Sums of squares of the rows of both gradients, one after the other.
    norms: box.doubles(2 * OUTPUTS),
    ...(Object.fromEntries(MOMENTS.map((name) => [name, zeros(OUTPUTS, INPUTS)] as const)) as Record<
      (typeof MOMENTS)[number],
      ReturnType<typeof zeros>
    >),
  };
  return { step, inputs, targets, outputs };
}
type Layer = ReturnType<typeof setUp>;

/** The products of the step: forward from the bias, backward added to what is there, the weights' gradient. */
function products({ outputs: o }: Layer): Record<"forward" | "backward" | "weights", ProductFields> {
  const [inputBytes, outputBytes] = [INPUTS * 4, OUTPUTS * 4];
  return {
    forward: {
      ...{ n: OUTPUTS, k: INPUTS, a: o.batch.at(), aRow: inputBytes, aStep: 4, b: o.packedForward.at() },
      ...{ seed: o.bias.at(), seedRow: 0, c: o.z.at(), cRow: outputBytes },
    },
    backward: {
      ...{ n: INPUTS, k: OUTPUTS, a: o.dz.at(), aRow: outputBytes, aStep: 4, b: o.packedBackward.at() },
      ...{ seed: o.dx.at(), seedRow: inputBytes, c: o.dx.at(), cRow: inputBytes },
    },
    weights: {
      ...{ n: INPUTS, k: ROWS, a: o.dz.at(), aRow: 4, aStep: outputBytes, b: o.packedBatch.at() },
      ...{ seed: o.dw.at(), seedRow: inputBytes, c: o.dw.at(), cRow: inputBytes },
    },
  };
}

function buildPlan(box: Sandbox, tile: number, layer: Layer) {
  const { step: stepBlock, inputs, targets, outputs: o } = layer;
  const zeros = o.bias.tensor;
  const [y, z, target, step] = [o.y.tensor, o.z.tensor, o.target.tensor, stepBlock.tensor];
  const activation = { kind: KIND, columns: OUTPUTS };
  const plan = new PlanBuilder(tile);
  plan.packColumns(o.weights.tensor, o.packedForward.tensor);
  plan.packRows(o.weights.tensor, o.packedBackward.tensor);
  plan.phase();
  plan.rows(ROWS, 1024, () => {
    plan.call("gatherFloats", ROWS, { columns: INPUTS, source: inputs.tensor, batch: o.batch.tensor, step });
    plan.call("gatherBytes", ROWS, { columns: OUTPUTS, source: targets.tensor, batch: target, step });
    plan.product({ a: o.batch.tensor, b: o.packedForward.tensor, seed: o.bias.tensor, c: z });
    plan.call("activationForward", ROWS, { ...activation, z, y });
    const kept = { target, gradient: o.dz.tensor, losses: o.lossesOfLogits.tensor };
    plan.call("binaryCrossentropyLogits", ROWS, { columns: OUTPUTS, logits: z, ...kept, scale: SCALE });
    plan.product({
      a: o.dz.tensor,
      b: o.packedBackward.tensor,
      seed: zeros,
      c: o.dx.tensor,
      accumulate: true,
    });
  });
  // Outside the rows, each call runs over the whole of a thread's share.
  const output = { columns: OUTPUTS, prediction: y, target, scale: SCALE };
  plan.call("binaryCrossentropy", ROWS, { ...output, gradient: o.dy.tensor, losses: o.losses.tensor });
  plan.call("activationBackward", ROWS, { ...activation, kept: y, gradient: o.dy.tensor });
  const gradient = o.gradient.tensor;
  plan.call("meanSquaredError", ROWS, { ...output, gradient, losses: o.squares.tensor });
  plan.call("meanAbsoluteError", ROWS, { ...output, gradient, losses: o.absolutes.tensor });
  plan.call("huber", ROWS, { ...output, gradient, losses: o.hubers.tensor, delta: DELTA });
  plan.packRows(o.batch.tensor, o.packedBatch.tensor);
  plan.phase();
  plan.product({
    a: o.dz.tensor.transposed,
    b: o.packedBatch.tensor,
    seed: zeros,
    c: o.dw.tensor,
    accumulate: true,
  });
  plan.call("columnSums", OUTPUTS, { rows: ROWS, columns: OUTPUTS, source: o.dz.tensor, sums: o.db.tensor });
  const dw = { columns: INPUTS, gradient: o.dw.tensor };
  const db = { columns: 1, gradient: o.db.tensor };
  plan.call("penalize", OUTPUTS, {
    ...dw,
    weights: o.weights.tensor,
    sums: o.penalties.tensor,
    l1: L1,
    l2: L2,
  });
  plan.call("clipValues", OUTPUTS, { ...dw, limit: LIMIT });
  plan.call("sumSquares", OUTPUTS, { ...dw, sums: o.norms.tensor });
  plan.call("sumSquares", OUTPUTS, { ...db, sums: o.norms.tensor.part(OUTPUTS) });
  plan.phase();
  // By the norm of both.
  const norm = { sums: o.norms.tensor, count: 2 * OUTPUTS, limit: LIMIT };
  plan.call("clipNorm", OUTPUTS, { ...dw, ...norm });
  plan.call("clipNorm", OUTPUTS, { ...db, ...norm });
  const w = { ...dw, parameters: o.weights.tensor, step };
  plan.call("sgd", OUTPUTS, { ...w, velocity: o.velocity.tensor, momentum: MOMENTUM, nesterov: true });
  const rates = { oneMinusBeta1: BETA1, oneMinusBeta2: BETA2, epsilon: EPS };
  const bias = { ...db, parameters: o.bias.tensor, step };
  plan.call("adam", OUTPUTS, { ...bias, first: o.first.tensor, second: o.second.tensor, ...rates });
  plan.call("adamw", OUTPUTS, { ...w, first: o.m.tensor, second: o.v.tensor, ...rates });
  plan.call("nadam", OUTPUTS, { ...w, first: o.m.tensor, second: o.v.tensor, ...rates });
  const decay = { rho: RHO, oneMinusRho: 1 - RHO, epsilon: EPS };
  const kept = { velocity: o.velocities.tensor, momentums: o.momentums.tensor, means: o.means.tensor };
  plan.call("rmsprop", OUTPUTS, { ...w, ...kept, ...decay, momentum: MOMENTUM, centered: true });
  plan.call("adagrad", OUTPUTS, { ...w, accumulator: o.sums.tensor, epsilon: EPS });
  plan.call("adadelta", OUTPUTS, {
    ...w,
    gradients: o.gradients.tensor,
    changes: o.changes.tensor,
    ...decay,
  });
  return plan.build(box.memory);
}

/** The same step by calls of the kernels themselves, each over all of its rows. */
function callKernels(box: Sandbox, tile: number, layer: Layer): void {
  const { kernels } = box;
  const { step, inputs, targets, outputs: o } = layer;
  const scratch = box.scratch();
  const product = (rows: number, p: ProductFields) => {
    const seedAndResult = [p.seed, p.seedRow, p.c, p.cRow] as const;
    kernels.gemm(tileFor(tile, p.n), 0, rows, p.n, p.k, p.a, p.aRow, p.aStep, p.b, ...seedAndResult, scratch);
  };
  const { forward, backward, weights } = products(layer);
  const [inputTile, outputTile] = [tileFor(tile, INPUTS), tileFor(tile, OUTPUTS)];
  const [y, z, target] = [o.y.at(), o.z.at(), o.target.at()];
  kernels.packTransposed(0, OUTPUTS, outputTile, INPUTS, OUTPUTS, o.weights.at(), o.packedForward.at());
  kernels.packRows(0, OUTPUTS, inputTile, OUTPUTS, INPUTS, o.weights.at(), o.packedBackward.at());
  kernels.gatherFloats(0, ROWS, INPUTS, inputs.at(), o.batch.at(), step.at());
  kernels.gatherBytes(0, ROWS, OUTPUTS, targets.at(), target, step.at());
  product(ROWS, forward);
  kernels.activationForward(0, ROWS, KIND, OUTPUTS, z, y);
  kernels.binaryCrossentropyLogits(0, ROWS, OUTPUTS, z, target, o.dz.at(), o.lossesOfLogits.at(), SCALE);
  product(ROWS, backward);
  kernels.binaryCrossentropy(0, ROWS, OUTPUTS, y, target, o.dy.at(), o.losses.at(), SCALE);
  kernels.activationBackward(0, ROWS, KIND, OUTPUTS, y, o.dy.at());
  kernels.meanSquaredError(0, ROWS, OUTPUTS, y, target, o.gradient.at(), o.squares.at(), SCALE);
  kernels.meanAbsoluteError(0, ROWS, OUTPUTS, y, target, o.gradient.at(), o.absolutes.at(), SCALE);
  kernels.huber(0, ROWS, OUTPUTS, y, target, o.gradient.at(), o.hubers.at(), SCALE, DELTA);
  kernels.packRows(0, ROWS, inputTile, ROWS, INPUTS, o.batch.at(), o.packedBatch.at());
  product(OUTPUTS, weights);
  kernels.columnSums(0, OUTPUTS, ROWS, OUTPUTS, o.dz.at(), o.db.at());
  kernels.penalize(0, OUTPUTS, INPUTS, o.weights.at(), o.dw.at(), o.penalties.at(), L1, L2);
  kernels.clipValues(0, OUTPUTS, INPUTS, o.dw.at(), LIMIT);
  kernels.sumSquares(0, OUTPUTS, INPUTS, o.dw.at(), o.norms.at());
  kernels.sumSquares(0, OUTPUTS, 1, o.db.at(), o.norms.at(OUTPUTS));
  const norm = Math.sqrt(o.norms.get().reduce((sum, value) => sum + value, 0));
  expect(norm).toBeGreaterThan(2 * LIMIT);
  kernels.clipNorm(0, OUTPUTS, INPUTS, o.dw.at(), o.norms.at(), 2 * OUTPUTS, LIMIT);
  kernels.clipNorm(0, OUTPUTS, 1, o.db.at(), o.norms.at(), 2 * OUTPUTS, LIMIT);
  kernels.sgd(0, OUTPUTS, INPUTS, o.weights.at(), o.dw.at(), o.velocity.at(), step.at(), MOMENTUM, 1);
  const moments = [o.first.at(), o.second.at(), step.at()] as const;
  kernels.adam(0, OUTPUTS, 1, o.bias.at(), o.db.at(), ...moments, BETA1, BETA2, EPS);
  const common = [0, OUTPUTS, INPUTS, o.weights.at(), o.dw.at()] as const;
  kernels.adamw(...common, o.m.at(), o.v.at(), step.at(), BETA1, BETA2, EPS);
  kernels.nadam(...common, o.m.at(), o.v.at(), step.at(), BETA1, BETA2, EPS);
  const kept = [o.velocities.at(), o.momentums.at(), o.means.at(), step.at()] as const;
  kernels.rmsprop(...common, ...kept, RHO, Math.fround(1 - RHO), MOMENTUM, EPS, 1);
  kernels.adagrad(...common, o.sums.at(), step.at(), EPS);
  kernels.adadelta(...common, o.gradients.at(), o.changes.at(), step.at(), RHO, Math.fround(1 - RHO), EPS);
}

function results({ outputs }: Layer): Map<string, Uint8Array> {
  return new Map(Object.entries(outputs).map(([name, region]) => [name, region.bits()]));
}

function expectSameResults(actual: Map<string, Uint8Array>, wanted: Map<string, Uint8Array>, what: string) {
  for (const [name, bits] of wanted) expectSameBits(actual.get(name)!, bits, `${what}: ${name}`);
}

describe.each(BUILDS)("%s runPhase", (build) => {
  const box = new Sandbox(build);

  test.each([TILE_4X8, TILE_6X8, TILE_2X16, TILE_4X16, TILE_6X16])(
    "tile %i: any number of threads gives the bits of the kernels called one by one",
    (tile) => {
      const direct = setUp(box, tile);
      callKernels(box, tile, direct);
      box.check("direct calls");
      const wanted = results(direct);
      box.clear();
      for (const threads of [1, 2, 3, 5, 7, 20]) {
        for (const reverse of [false, true]) {
          const layer = setUp(box, tile);
          const plan = buildPlan(box, tile, layer);
          const scratches = Array.from({ length: threads }, () => box.scratch());
          for (const phase of plan.phases) {
            for (let i = 0; i < threads; i++) {
              const thread = reverse ? threads - 1 - i : i;
              box.kernels.runPhase(phase, thread, threads, scratches[thread]!);
            }
          }
          box.check(`${threads} threads`);
          expectSameResults(results(layer), wanted, `${threads} threads, in reverse: ${reverse}`);
          plan.release();
          box.clear();
        }
      }
    },
  );

  test("each thread does its own share and no more", () => {
    const threads = 3;
    const source = distinct(ROWS * 5, 9);
    const [z, y] = [box.floats(ROWS, 5).set(source), box.floats(ROWS, 5)];
    const builder = new PlanBuilder(TILE_4X8);
    builder.call("activationForward", ROWS, { kind: 0, columns: 5, z: z.tensor, y: y.tensor });
    const plan = builder.build(box.memory);
    const written = new Array<number>(ROWS).fill(0);
    for (let thread = 0; thread < threads; thread++) {
      y.spoil();
      const untouched = y.bits();
      box.kernels.runPhase(plan.phases[0]!, thread, threads, box.scratch());
      const bits = y.bits();
      for (let row = 0; row < ROWS; row++) {
        const changed = bits.subarray(row * 20, row * 20 + 20).some((x, i) => x !== untouched[row * 20 + i]);
        if (changed) written[row]!++;
      }
    }
    expect(written).toEqual(new Array(ROWS).fill(1));
    plan.release();
  });

  test("a record holds each field as its signature types it", () => {
    const builder = new PlanBuilder(TILE_4X8);
    const at = (word: number) => new Tensor(word as Address, new Float32Array(0), [0]);
    const fields = {
      columns: 7,
      parameters: at(64),
      gradient: at(2 ** 31),
      velocity: at(128),
      step: at(192),
    };
    builder.call("sgd", ROWS, { ...fields, momentum: 0.5, nesterov: true });
    const plan = builder.build(box.memory);
    const record = new Uint32Array(box.memory.buffer, plan.phases[0], 11);
    const bits = new Uint32Array(Float32Array.of(0.5).buffer)[0];
    expect([...record.subarray(1)]).toEqual([11, ROWS, 16, 7, 64, 2 ** 31, 128, 192, bits, 1]);
    plan.release();
  });

  test("fields that are missing, unknown or of another type do not compile", () => {
    const builder = new PlanBuilder(TILE_4X8);
    const at = 64 as Address;
    // @ts-expect-error z is missing
    builder.call("activationForward", 1, { kind: 0, columns: 1, y: at });
    // @ts-expect-error the kernel has no x
    builder.call("activationForward", 1, { kind: 0, columns: 1, z: at, y: at, x: at });
    // @ts-expect-error a plain number is no address
    builder.call("activationForward", 1, { kind: 0, columns: 1, z: 64, y: at });
    // @ts-expect-error a boolean is no number
    builder.call("activationForward", 1, { kind: true, columns: 1, z: at, y: at });
  });

  test("a plan counts its phases and operations, and gives its memory back", () => {
    const layer = setUp(box, TILE_6X16);
    const before = box.memory.used;
    const plan = buildPlan(box, TILE_6X16, layer);
    expect(plan.phases.length).toBe(4);
    expect(plan.operations).toBe(3 * 2 * ROWS * INPUTS * OUTPUTS);
    plan.release();
    expect(box.memory.used).toBe(before);
  });
});

describe("debug", () => {
  const [simd, debug] = [new Sandbox("simd"), new Sandbox("debug")];

  test.each([TILE_4X8, TILE_6X8, TILE_2X16, TILE_4X16, TILE_6X16])("tile %i: the bits of simd", (tile) => {
    const [wanted, found] = [simd, debug].map((box) => {
      const layer = setUp(box, tile);
      callKernels(box, tile, layer);
      return results(layer);
    });
    expectSameResults(found!, wanted!, "debug");
  });
});
