import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import layouts from "#embedded/records";
import {
  STEP_INDICES,
  TURNED_BYTES,
  WINDOW_CHANNELS,
  WINDOW_COLUMN_STEP,
  WINDOW_COLUMN_STRIDE,
  WINDOW_ROW_STEP,
  WINDOW_RUN,
  WINDOW_TAP_COLUMNS,
  WINDOW_WORDS,
} from "../../assembly/abi.js";
import { type AllKernels, loadKernels } from "../support/kernels.js";

const { kernels, memory } = loadKernels("debug");

/** Rows, columns and every other size of the calls below, but for those of narrow layers; a block has room for more. */
const SIZE = 16;
const NARROW_SIZES = ["n", "k", "units", "inputs"];
const BLOCK = 1 << 14;

/** Numbers that are not sizes: a field that is not named here, and is no address, is SIZE. */
const NUMBERS: Readonly<Record<string, number>> = {
  kind: 1,
  tile: 0,
  inputTile: 0,
  stream: 1,
  seedLow: 1,
  seedHigh: 1,
  threshold: 1,
  ones: 1,
  accumulate: 0,
  nesterov: 1,
  centered: 1,
  activation: 3,
  recurrentActivation: 2,
  steps: 1,
  repeated: 0,
  sequences: 1,
  skip: 0,
  places: 4,
};
/** Pictures are small, so that as many as there are rows fit into a block. */
const PICTURE_SIZES: Readonly<Record<string, number>> = {
  height: 3,
  width: 2,
  channels: 2,
  positions: 3,
  outputHeight: 2,
  outputWidth: 1,
  poolHeight: 2,
  poolWidth: 2,
  strideHeight: 1,
  strideWidth: 1,
  top: 0,
  left: 0,
  sizeHeight: 2,
  sizeWidth: 1,
};
/** Bytes from one element to the next. */
const STRIDES: Readonly<Record<string, number>> = { aStep: 4, bColumn: 4, inputStep: 4, seedRow: 0 };
/** Addresses that may be any number of bytes. */
const UNALIGNED = ["gatherBytes.source"];

/** What each kernel writes, beside what it reads and must not overlap. */
const OVERLAPS: Partial<Record<keyof AllKernels, readonly (readonly [string, string])[]>> = {
  activationForward: [["y", "z"]],
  activationBackward: [["gradient", "kept"]],
  activityL1: [
    ["gradient", "output"],
    ["penalties", "output"],
    ["penalties", "gradient"],
  ],
  adadelta: [
    ["parameters", "gradient"],
    ["gradients", "gradient"],
    ["changes", "parameters"],
  ],
  adagrad: [
    ["parameters", "gradient"],
    ["accumulator", "parameters"],
  ],
  adam: [
    ["parameters", "gradient"],
    ["first", "parameters"],
    ["second", "gradient"],
  ],
  adamw: [
    ["parameters", "gradient"],
    ["first", "parameters"],
    ["second", "gradient"],
  ],
  addToRows: [["matrix", "line"]],
  averagePooling: [["y", "x"]],
  averagePoolingBackward: [["dx", "dy"]],
  batchNormalization: [["y", "x"]],
  batchNormalizationBackward: [
    ["dx", "x"],
    ["dx", "dy"],
  ],
  batchNormalizationSums: [
    ["slopes", "x"],
    ["slopes", "dy"],
    ["products", "x"],
    ["products", "dy"],
    ["products", "slopes"],
  ],
  binaryCrossentropy: [
    ["gradient", "prediction"],
    ["gradient", "target"],
    ["losses", "target"],
    ["losses", "gradient"],
  ],
  binaryCrossentropyLogits: [
    ["gradient", "logits"],
    ["losses", "logits"],
  ],
  columnMoments: [
    ["mean", "source"],
    ["variance", "source"],
    ["mean", "variance"],
  ],
  columnSums: [["sums", "source"]],
  follow: [["average", "value"]],
  convolutionGradient: [
    ["gradient", "source"],
    ["gradient", "slopes"],
  ],
  convolve: [
    ["c", "source"],
    ["c", "b"],
  ],
  gatherBytes: [["batch", "source"]],
  gatherFloats: [["batch", "source"]],
  gaussianNoise: [["target", "source"]],
  gemm: [
    ["c", "a"],
    ["c", "b"],
    ["c", "seed"],
  ],
  gemmTransposed: [
    ["c", "a"],
    ["c", "b"],
    ["c", "seed"],
  ],
  gru: [
    ["y", "x"],
    ["gates", "x"],
  ],
  gruBackward: [
    ["gates", "dy"],
    ["gates", "states"],
    ["dx", "dy"],
    ["dx", "gates"],
  ],
  huber: [
    ["gradient", "prediction"],
    ["losses", "prediction"],
  ],
  klSparsity: [
    ["slopes", "sums"],
    ["values", "sums"],
    ["values", "slopes"],
  ],
  layerNormalization: [
    ["y", "x"],
    ["normalized", "x"],
    ["normalized", "y"],
  ],
  layerNormalizationBackward: [
    ["normalized", "dy"],
    ["dx", "dy"],
    ["dx", "normalized"],
  ],
  lion: [
    ["parameters", "gradient"],
    ["momentum", "parameters"],
  ],
  lstm: [
    ["y", "x"],
    ["gates", "x"],
  ],
  lstmBackward: [
    ["gates", "dy"],
    ["gates", "cells"],
    ["dx", "dy"],
    ["dx", "gates"],
  ],
  maxPooling: [["y", "x"]],
  maxPoolingBackward: [
    ["dx", "x"],
    ["dx", "y"],
    ["dx", "dy"],
  ],
  meanAbsoluteError: [
    ["gradient", "prediction"],
    ["losses", "prediction"],
  ],
  meanSquaredError: [
    ["gradient", "prediction"],
    ["losses", "prediction"],
  ],
  nadam: [
    ["parameters", "gradient"],
    ["first", "parameters"],
    ["second", "gradient"],
  ],
  narrowGradient: [
    ["weights", "x"],
    ["weights", "delta"],
    ["bias", "x"],
    ["bias", "delta"],
  ],
  narrowProduct: [["c", "a"]],
  packRows: [["packed", "source"]],
  packTaps: [["packed", "source"]],
  packTransposed: [["packed", "source"]],
  penalize: [
    ["gradient", "weights"],
    ["sums", "weights"],
    ["sums", "gradient"],
  ],
  placeSums: [["sums", "source"]],
  recurrentGradient: [
    ["gradient", "source"],
    ["gradient", "slopes"],
  ],
  replacementNoise: [["target", "source"]],
  rmsprop: [
    ["parameters", "gradient"],
    ["velocity", "parameters"],
    ["momentums", "gradient"],
    ["means", "parameters"],
  ],
  sampleLatent: [
    ["z", "heads"],
    ["divergences", "z"],
    ["divergences", "heads"],
  ],
  sampleLatentBackward: [
    ["dheads", "heads"],
    ["dheads", "z"],
    ["dheads", "dz"],
  ],
  sgd: [
    ["parameters", "gradient"],
    ["velocity", "parameters"],
  ],
  spatialDropout: [
    ["target", "source"],
    ["mask", "source"],
    ["mask", "target"],
  ],
  spatialDropoutBackward: [
    ["dx", "dy"],
    ["dx", "mask"],
  ],
  sumSquares: [["sums", "gradient"]],
  weighRows: [["losses", "gradient"]],
  upSamplingBilinear: [["y", "x"]],
  upSamplingBilinearBackward: [["dx", "dy"]],
  upSamplingNearest: [["y", "x"]],
  upSamplingNearestBackward: [["dx", "dy"]],
  turn: [["turned", "source"]],
};

/** Kernels that take a share of their items, by the fields of their records. */
const NAMES = Object.keys(layouts) as (keyof typeof layouts)[];

/** What a kernel can do without. */
const OPTIONAL = [
  "narrowGradient.bias",
  ...["gamma", "beta", "normalized"].map((field) => `layerNormalization.${field}`),
  ...["gamma", "beta"].map((field) => `batchNormalization.${field}`),
  "batchNormalizationBackward.gamma",
  ...["bias", "stateBias", "gates", "cells", "states", "sources"].map((field) => `lstm.${field}`),
  ...["bias", "stateBias", "gates", "states", "sources"].map((field) => `gru.${field}`),
  ...["dx", "sums"].map((field) => `lstmBackward.${field}`),
  ...["dx", "sums", "stateSums"].map((field) => `gruBackward.${field}`),
  ...["gamma", "dx"].map((field) => `layerNormalizationBackward.${field}`),
];

/** Kernels that a thread gives room of its own. */
const WITH_SCRATCH = [
  "convolutionGradient",
  "convolve",
  "gaussianNoise",
  "gemm",
  "gemmTransposed",
  "gru",
  "gruBackward",
  "lstm",
  "lstmBackward",
  "recurrentGradient",
  "replacementNoise",
  "sampleLatent",
  "spatialDropout",
];

/** Parameters of a kernel after its share, in order, with their types. */
function parametersOf(name: keyof typeof layouts): readonly (readonly [string, string])[] {
  const types: Readonly<Record<string, string>> = { "~": "f32", "@": "usize", "+": "Stride" };
  const fields = layouts[name]
    .split(" ")
    .map((field) => [field.replace(/^[~@+]/, ""), types[field[0]!] ?? "i32"] as const);
  return WITH_SCRATCH.includes(name) ? [...fields, ["scratch", "usize"]] : fields;
}

/** Patches of 2 × 2 taps at every place of a picture of 4 × 4 places and 4 channels: SIZE places, SIZE floats a patch. */
function writeWindow(window: number): void {
  const words = new Uint32Array(memory.buffer, window, WINDOW_WORDS);
  words.fill(4, 0, WINDOW_CHANNELS + 3);
  words.fill(2, WINDOW_CHANNELS + 3, WINDOW_TAP_COLUMNS + 1);
  words.fill(1, WINDOW_TAP_COLUMNS + 1, WINDOW_COLUMN_STRIDE + 1);
  words.fill(1, WINDOW_ROW_STEP, WINDOW_COLUMN_STEP + 1);
  words.set([8, 2], WINDOW_RUN);
}

/** A call that is in order, each address a block of zeros of its own. */
function validCall(name: keyof typeof layouts): Map<string, number> {
  const call = new Map<string, number>([
    ["begin", 0],
    ["end", SIZE],
  ]);
  for (const [field, type] of parametersOf(name)) {
    if (type === "usize") {
      const bytes = name === "gemmTransposed" && field === "scratch" ? TURNED_BYTES : BLOCK;
      call.set(field, memory.allocate(bytes).at());
    } else if (type === "Stride") call.set(field, STRIDES[field] ?? 4 * SIZE);
    else if (name.startsWith("narrow") && NARROW_SIZES.includes(field)) call.set(field, 2);
    else
      call.set(
        field,
        NUMBERS[field] ??
          (name === "packTaps" ? undefined : PICTURE_SIZES[field]) ??
          (type === "f32" ? 0.5 : SIZE),
      );
  }
  const window = call.get("window");
  if (window) writeWindow(window);
  // One tap, whose phase has no other.
  const taps = call.get("taps");
  if (taps) new Uint32Array(memory.buffer, taps, 3).set([0, SIZE, 0]);
  const step = call.get("step");
  if (step) new Uint32Array(memory.buffer, step)[STEP_INDICES] = memory.allocate(BLOCK).at();
  return call;
}

/** Calls `name` with its parameters in the order of its signature. */
function run(name: keyof typeof layouts, call: ReadonlyMap<string, number>): void {
  const order = ORDERS[name] ?? ["begin", "end", ...[...call.keys()].slice(2)];
  kernels[name](...order.map((field) => call.get(field)!));
}
/** Where the share does not come first. */
const ORDERS: Partial<Record<string, readonly string[]>> = {
  gemm: "tile begin end n k a aRow aStep b seed seedRow c cRow scratch".split(" "),
  gemmTransposed: "tile begin end n k a aStep b seed seedRow c cRow scratch".split(" "),
};

test("the debug build says which assertion failed where, and has a source map", () => {
  const call = validCall("gemm");
  expect(() => run("gemm", call)).not.toThrow();
  expect(() => run("gemm", new Map(call).set("n", 0))).toThrow(/gemm: sizes.*assembly\/gemm\.ts/);
  expect(existsSync(new URL("../../build/debug/debug.wasm.map", import.meta.url))).toBe(true);
});

test.each(NAMES)("%s asserts its share, and that its addresses are aligned and in memory", (name) => {
  const call = validCall(name);
  expect(() => run(name, call)).not.toThrow();
  const asserted = new RegExp(`${name}: .*assembly/`);
  const refuses = (field: string, value: number) =>
    expect(() => run(name, new Map(call).set(field, value)), `${field} ${value}`).toThrow(asserted);
  refuses("begin", -16);
  refuses("end", -1);
  for (const [field, type] of parametersOf(name)) {
    if (type !== "usize") continue;
    const good = call.get(field)!;
    if (!UNALIGNED.includes(`${name}.${field}`)) refuses(field, good + 2);
    refuses(field, memory.size - 4 + 64);
    refuses(field, 2 ** 32 - 64);
    // Constants of the module stand below its heap, and so does what an address of 0 would reach.
    if (!OPTIONAL.includes(`${name}.${field}`)) refuses(field, 0);
  }
});

test.each(NAMES)("%s asserts that what it writes does not overlap what it reads", (name) => {
  const pairs = OVERLAPS[name] ?? [];
  const call = validCall(name);
  for (const [written, read] of pairs) {
    // Not the very place, where some work; and aligned, so that this is not what is refused.
    const shifted = new Map(call).set(
      written,
      call.get(read)! + (["packed", "c"].includes(written) ? 16 : 8),
    );
    expect(() => run(name, shifted), `${written} in ${read}`).toThrow(new RegExp(`${name}: .*assembly/`));
  }
  // Of the kernels that plans run, only these work on one matrix alone.
  expect(pairs.length > 0).toBe(!["clipNorm", "clipValues"].includes(name));
});

test("kernels that are called directly assert theirs", () => {
  const [at, scratch] = [memory.allocate(BLOCK).at(), memory.allocate(BLOCK).at()];
  const far = memory.size;
  const words = [1, 2, 3, 4, 5] as const;
  for (const name of ["vectorExp", "vectorLog", "vectorSigmoid", "vectorTanh"] as const) {
    expect(() => kernels[name](8, at, at)).not.toThrow();
    for (const [x, y] of [
      [at, at + 4],
      [at + 1, scratch],
      [at, far],
      [0, at],
    ] as const)
      expect(() => kernels[name](8, x, y)).toThrow(new RegExp(`${name}: `));
  }
  for (const [target, room] of [
    [at + 1, scratch],
    [far, scratch],
    [at, at],
    [at, scratch + 4],
    [at, 0],
  ] as const) {
    expect(() => kernels.randomWords(target, 20, ...words, room)).toThrow(/randomWords: /);
    expect(() => kernels.randomUniform(target, 20, 0, 1, ...words, room)).toThrow(/randomUniform: /);
    expect(() => kernels.randomNormal(target, 20, 0, 1, ...words, room)).toThrow(/randomNormal: /);
    expect(() => kernels.shuffle(target, 20, 1, 2, 3, 4, room)).toThrow(/shuffle: /);
  }
  expect(() => kernels.runPhase(at, 1, 1, scratch)).toThrow(/runPhase: thread/);
  expect(() => kernels.runPhase(at, 0, 1, scratch + 4)).toThrow(/runPhase: phase and scratch/);
  new Int32Array(memory.buffer, at).set([2, 3, 4, 0]);
  expect(() => kernels.runPhase(at, 0, 1, scratch)).toThrow(/runPhase: a record/);
  // A block of 32 rows in which a record has one item too few, then one that has none for a row.
  for (const [extent, items] of [
    [31, 1],
    [32, 0],
  ] as const) {
    new Int32Array(memory.buffer, at).set([1, 6, 32, 16, 4, 48, 2, 4, extent, items]);
    expect(() => kernels.runPhase(at, 0, 1, scratch)).toThrow(/runRows: items for each row/);
  }
  expect(() => kernels.lead(at, 0, 1)).toThrow(/lead: /);
  expect(() => kernels.serve(at, 2, 2)).toThrow(/serve: /);
  expect(() => kernels.stop(1)).toThrow(/stop: /);
  expect(() => kernels.tileColumns(9)).toThrow(/tileColumns: /);
});
