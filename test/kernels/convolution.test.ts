import { describe, expect, test } from "vitest";
import {
  FEW_COLUMNS,
  SCRATCH_BYTES,
  TILE_2X16,
  TILE_4X8,
  TILE_4X16,
  TILE_6X8,
  TILE_6X16,
} from "../../assembly/abi.js";
import type { Storage } from "../../src/engine/storage.js";
import type { Tensor } from "../../src/engine/tensor.js";
import {
  type Axis,
  convolved,
  deconvolved,
  forwardTaps,
  patchFloats,
  phasesOf,
  windowBlock,
} from "../../src/layers/window.js";
import { type ConvolutionCase, convolvedPictures } from "../support/convolution.js";
import { BUILDS } from "../support/kernels.js";
import { EPSILON } from "../support/reference.js";
import { inShares, type Region, Sandbox } from "./sandbox.js";
import { cycled, distinct, expectSameBits, expectWithin } from "./values.js";

const TILES = [TILE_4X8, TILE_6X8, TILE_2X16, TILE_4X16, TILE_6X16];

interface Case extends ConvolutionCase {
  /** Pictures, and lengths of one of them: of the larger, or for a transposed layer of the smaller one. */
  readonly batch: number;
  readonly lengths: readonly [number, number];
  readonly channels: number;
  readonly features: number;
  readonly transposed: boolean;
  /** Patches at a time. */
  readonly block: number;
}

/** Every kernel with every padding; sizes go round with the number of the case. */
const CASES: Case[] = [];
for (const kernel of [
  [1, 1],
  [3, 3],
  [2, 3],
  [1, 4],
  [5, 2],
] as const) {
  for (const strides of [
    [1, 1],
    [2, 2],
    [3, 1],
    [1, 4],
  ] as const) {
    for (const dilation of [
      [1, 1],
      [2, 1],
      [1, 3],
      [2, 2],
    ] as const) {
      const i = CASES.length;
      CASES.push({
        kernel,
        strides,
        dilation,
        padding: i % 2 === 0 ? "same" : "valid",
        transposed: i % 3 === 0,
        batch: 1 + (i % 3),
        lengths: i % 3 === 0 ? [2 + (i % 4), 1 + (i % 5)] : [9 + (i % 2), 10 + (i % 5)],
        channels: cycled(i),
        features: cycled(3 * i + 5),
        block: [1, 5, 48][i % 3]!,
      });
    }
  }
}

/** What a case comes to, in words. */
const titleOf = (shape: Case) => JSON.stringify(shape);

function axesOf({ lengths, kernel, strides, dilation, padding, transposed }: Case): [Axis, Axis] {
  const axis = transposed ? deconvolved : convolved;
  const [rows, columns] = [0, 1].map((d) =>
    axis(lengths[d]!, kernel[d]!, strides[d]!, dilation[d]!, padding),
  );
  return [rows!, columns!];
}

/** Both pictures, [rows, columns, channels]. */
function shapesOf(shape: Case): Record<"large" | "small", [number, number, number]> {
  const [rows, columns] = axesOf(shape);
  return {
    large: [rows.large, columns.large, shape.channels],
    small: [rows.small, columns.small, shape.features],
  };
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);

/** W[taps·channels, features] in PyTorch's order, [features, channels, taps]. */
function inOrder(weights: Float32Array, { channels, features }: Case): Float64Array {
  const taps = weights.length / (channels * features);
  return Float64Array.from(weights, (_, i) => {
    const [feature, channel, tap] = [
      Math.floor(i / (channels * taps)),
      Math.floor(i / taps) % channels,
      i % taps,
    ];
    return weights[(tap * channels + channel) * features + feature]!;
  });
}

/** One case's kernels on one build and tile. */
class Bench {
  readonly #box: Sandbox;
  readonly #tile: number;
  readonly #shape: Case;
  readonly #storage: Storage;

  constructor(box: Sandbox, tile: number, shape: Case) {
    this.#box = box;
    this.#tile = tile;
    this.#shape = shape;
    this.#storage = {
      words: (count: number) => box.words(count).set(new Uint32Array(count)).tensor,
    } as never;
  }

  /** From the larger picture to the smaller one. */
  shrink(
    large: Float32Array,
    weights: Float32Array,
    seed: Float32Array,
    borders: readonly number[],
    least: number,
  ) {
    const { channels, features, batch } = this.#shape;
    const [rows, columns] = axesOf(this.#shape);
    const depth = weights.length / features;
    const packed = this.#packed(depth, features);
    const source = this.#box.floats(depth, features).set(weights);
    inShares(depth, borders, (begin, end) => {
      if (features <= FEW_COLUMNS)
        this.#box.kernels.turn(begin, end, depth, features, source.at(), packed.at());
      else this.#box.kernels.packRows(begin, end, this.#tile, depth, features, source.at(), packed.at());
    });
    const window = windowBlock(this.#storage, forwardTaps(rows), forwardTaps(columns), channels);
    const places = rows.small * columns.small;
    const c = this.#box.floats(batch, places * features);
    this.#convolve(
      window,
      large,
      packed.at(),
      seed,
      features,
      batch * places,
      borders,
      [c.at(), c.rowBytes, columns.small * features * 4, features * 4],
      least,
    );
    return c.get();
  }

  /** From the smaller picture to the larger one, phase by phase. */
  grow(
    small: Float32Array,
    weights: Float32Array,
    seed: Float32Array,
    borders: readonly number[],
    least: number,
  ) {
    const { channels, features, batch, kernel, strides } = this.#shape;
    const [rows, columns] = axesOf(this.#shape);
    const c = this.#box.floats(batch, rows.large * columns.large * channels);
    const taps = this.#box.words(3 * kernel[0] * kernel[1]);
    const phases = phasesOf(rows).flatMap((above) => phasesOf(columns).map((beside) => ({ above, beside })));
    const starts: number[] = [];
    let size = 0;
    const records = new Uint32Array(3 * kernel[0] * kernel[1]);
    for (const { above, beside } of phases) {
      const depth = above.taps * beside.taps * features;
      above.members.forEach((i, first) => {
        beside.members.forEach((j, second) => {
          records.set([size, depth, (first * beside.taps + second) * features], 3 * (i * kernel[1] + j));
        });
      });
      starts.push(size);
      size += this.#panels(depth, channels);
    }
    taps.set(records);
    const packed = this.#box.floats(1, size).set(new Float32Array(size));
    const source = this.#box.floats(weights.length / features, features).set(weights);
    inShares(weights.length / features, borders, (begin, end) => {
      this.#box.kernels.packTaps(
        begin,
        end,
        this.#tile,
        channels,
        features,
        taps.at(),
        source.at(),
        packed.at(),
      );
    });
    phases.forEach(({ above, beside }, index) => {
      const places = above.grid * beside.grid;
      if (places === 0) return;
      const window = windowBlock(this.#storage, above, beside, features);
      const at = c.at(0, (above.start * columns.large + beside.start) * channels);
      this.#convolve(
        window,
        small,
        packed.at(0, starts[index]!),
        seed,
        channels,
        batch * places,
        borders,
        [at, c.rowBytes, strides[0] * columns.large * channels * 4, strides[1] * channels * 4],
        least,
      );
    });
    return c.get();
  }

  /** The gradient of the weights. */
  gradient(large: Float32Array, slopes: Float32Array, borders: readonly number[]) {
    const { channels, features: n, batch, kernel, block } = this.#shape;
    const [rows, columns] = axesOf(this.#shape);
    const window = windowBlock(this.#storage, forwardTaps(rows), forwardTaps(columns), channels);
    const places = batch * rows.small * columns.small;
    const depth = kernel[0] * kernel[1] * channels;
    const source = this.#box.floats(batch, large.length / batch).set(large);
    const slope = this.#box.floats(places, n).set(slopes);
    const gradient = this.#box.floats(depth, n);
    const scratch = this.#scratch(patchFloats(window, block) + depth * n);
    inShares(depth, borders, (begin, end) => {
      const addresses = [window.address, source.at(), slope.at(), gradient.at()] as const;
      // In two pieces, of which the first is a whole number of blocks.
      const cut = Math.ceil(places / block / 2) * block;
      for (const [first, last] of [
        [0, Math.min(cut, places)],
        [cut, places],
      ] as const) {
        if (first >= last) continue;
        const rest = [...addresses, first > 0 ? 1 : 0, block, scratch] as const;
        this.#box.kernels.convolutionGradient(begin, end, this.#tile, n, first, last, ...rest);
      }
    });
    this.#box.check(`gradient of ${titleOf(this.#shape)}`);
    return gradient.get();
  }

  /** @param c its address, and the bytes from one picture, row and place to the next */
  #convolve(
    window: Tensor<Uint32Array>,
    pictures: Float32Array,
    packed: number,
    seed: Float32Array,
    n: number,
    places: number,
    borders: readonly number[],
    c: readonly [number, number, number, number],
    least: number,
  ): void {
    const { batch, block } = this.#shape;
    const source = this.#box.floats(batch, pictures.length / batch).set(pictures);
    const start = this.#box.floats(1, n).set(seed);
    const scratch = this.#scratch(patchFloats(window, block));
    inShares(places, borders, (begin, end) => {
      const addresses = [window.address, source.at(), packed, start.at()] as const;
      this.#box.kernels.convolve(begin, end, this.#tile, n, ...addresses, ...c, least, block, scratch);
    });
    this.#box.check(titleOf(this.#shape));
  }

  /** Room for a packed matrix, whose padding is zeros from the start. */
  #packed(k: number, n: number): Region<Float32Array> {
    const size = this.#panels(k, n);
    return this.#box.floats(1, size).set(new Float32Array(size));
  }

  #panels(k: number, n: number): number {
    const width = this.#box.kernels.tileColumns(this.#tile);
    return n <= FEW_COLUMNS ? Math.ceil((k * n) / 4) * 4 : Math.ceil(n / width) * width * k;
  }

  #scratch(floats: number): number {
    return this.#box.floats(1, SCRATCH_BYTES / 4 + floats + 12).at();
  }
}

/** The same pictures with absolute values, whose sums bound the errors of rounding. */
const absolute = (values: Float32Array | Float64Array) => Float64Array.from(values, Math.abs);

describe.each(BUILDS)("%s", (build) => {
  const box = new Sandbox(build);

  /** On every tile over other shares: all the same bits, and near the reference. */
  function check(
    shape: Case,
    run: (bench: Bench, borders: readonly number[]) => Float32Array,
    wanted: ArrayLike<number>,
    bound: (index: number) => number,
  ): void {
    const found = TILES.map((tile, index) => {
      const result = run(new Bench(box, tile, shape), index === 0 ? [] : [index, 7 * index, 30]);
      box.clear();
      return result;
    });
    expectWithin(found[0]!, wanted, bound, titleOf(shape));
    for (const other of found.slice(1)) {
      expectSameBits(new Uint8Array(other.buffer), new Uint8Array(found[0]!.buffer), titleOf(shape));
    }
  }

  test("both ways through every kernel, stride, dilation and padding", () => {
    for (const [index, shape] of CASES.entries()) {
      const { large, small } = shapesOf(shape);
      const depth = sizeOf(shape.kernel) * shape.channels;
      const weights = distinct(depth * shape.features, 1);
      const ordered = inOrder(weights, shape);
      for (const grows of [false, true]) {
        const [from, to] = grows ? [small, large] : [large, small];
        const x = distinct(shape.batch * sizeOf(from), 2);
        const seed = distinct(to[2], 3);
        const options = { ...shape, transposed: grows };
        const wanted = convolvedPictures(Float64Array.from(x), from, to, options, ordered, seed);
        const sums = convolvedPictures(absolute(x), from, to, options, absolute(ordered), absolute(seed));
        const terms = sizeOf(shape.kernel) * from[2] + 1;
        // One way with a ReLU, the other without.
        const least = grows === (index % 2 === 0) ? 0 : Number.NEGATIVE_INFINITY;
        const run = (bench: Bench, borders: readonly number[]) =>
          bench[grows ? "grow" : "shrink"](x, weights, seed, borders, least);
        const raised = wanted.map((value) => Math.max(value, least));
        check(shape, run, raised, (i) => 1.01 * terms * EPSILON * sums[i]!);
      }
    }
  });

  test("the gradient of the weights: what each weight adds to a weighted sum of the outputs", () => {
    for (const shape of CASES.filter((_, index) => index % 2 === 0)) {
      const { large, small } = shapesOf(shape);
      const taps = sizeOf(shape.kernel);
      const x = distinct(shape.batch * sizeOf(large), 4);
      const slopes = distinct(shape.batch * sizeOf(small), 5);
      const options = { ...shape, transposed: false };
      const count = taps * shape.channels * shape.features;
      const [wanted, sums] = [new Float64Array(count), new Float64Array(count)];
      // One tap from one channel at a time: its output is the same in all features.
      for (let at = 0; at < taps * shape.channels; at++) {
        const [tap, channel] = [Math.floor(at / shape.channels), at % shape.channels];
        const one = new Float64Array(shape.channels * taps);
        one[channel * taps + tap] = 1;
        const output = convolvedPictures(
          Float64Array.from(x),
          large,
          [small[0], small[1], 1],
          options,
          one,
          undefined,
        );
        slopes.forEach((slope, i) => {
          const index = at * shape.features + (i % shape.features);
          const term = output[Math.floor(i / shape.features)]! * slope;
          wanted[index]! += term;
          sums[index]! += Math.abs(term);
        });
      }
      const terms = slopes.length / shape.features + 1;
      const run = (bench: Bench, borders: readonly number[]) => bench.gradient(x, slopes, borders);
      check(shape, run, wanted, (i) => 1.01 * terms * EPSILON * sums[i]!);
    }
  });

  test("sums over the places of each picture", () => {
    for (let i = 0; i < 40; i++) {
      const [pictures, places, columns] = [1 + (i % 4), cycled(i), cycled(5 * i + 2)];
      const values = distinct(pictures * places * columns, i);
      const source = box.floats(pictures, places * columns).set(values);
      const sums = box.floats(pictures, columns);
      inShares(pictures, [1, 3], (begin, end) => {
        box.kernels.placeSums(begin, end, places, columns, source.at(), sums.at());
      });
      box.check(`placeSums of ${places} × ${columns}`);
      const found = sums.get();
      for (let picture = 0; picture < pictures; picture++) {
        for (let column = 0; column < columns; column++) {
          let sum = Math.fround(0);
          for (let place = 0; place < places; place++)
            sum = Math.fround(sum + values[(picture * places + place) * columns + column]!);
          expect(found[picture * columns + column]).toBe(sum);
        }
      }
      box.clear();
    }
  });
});
