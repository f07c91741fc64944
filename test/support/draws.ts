import {
  STEP_EPOCH,
  STEP_INDICES,
  STEP_WORDS,
  STREAM_DROPOUT,
  STREAM_LATENT,
  STREAM_LAYER,
  STREAM_NOISE,
} from "../../assembly/abi.js";
import type { Corruption } from "../../src/index.js";
import { type BuildName, loadKernels } from "./kernels.js";

/** What the noise of a training step is a function of, beside the element. */
export interface DrawnFrom {
  readonly build: BuildName;
  readonly seed: number;
  readonly epoch: number;
  /** Samples 0 to `rows` are the rows. */
  readonly rows: number;
}

type Call = (
  columns: number,
  source: number,
  target: number,
  step: number,
  stream: number,
  scratch: number,
) => void;

/** What a kernel of noise makes of `source`, [rows, columns], called directly. */
function drawn(
  { build, epoch, rows }: DrawnFrom,
  columns: number,
  source: Float32Array,
  stream: number,
  call: (kernels: ReturnType<typeof loadKernels>["kernels"]) => Call,
): Float32Array {
  const { kernels, memory } = loadKernels(build);
  const [step, indices, from, to, scratch] = [STEP_WORDS, rows, source.length, source.length, 128].map(
    (words) => memory.allocate(words * 4),
  );
  indices!.words().set(Array.from({ length: rows }, (_, row) => row));
  step!.words()[STEP_INDICES] = indices!.at();
  step!.words()[STEP_EPOCH] = epoch;
  from!.floats().set(source);
  call(kernels)(columns, from!.at(), to!.at(), step!.at(), stream, scratch!.at());
  return new Float32Array(to!.floats());
}

/** Standard normal numbers, [rows, columns], of a stream. */
export function normals(from: DrawnFrom, columns: number, stream = STREAM_LATENT): Float32Array {
  const zeros = new Float32Array(from.rows * columns);
  return drawn(from, columns, zeros, stream, (kernels) => (width, source, target, step, id, scratch) => {
    kernels.gaussianNoise(0, from.rows, width, source, target, step, id, from.seed, 0, 1, scratch);
  });
}

/** What dropout behind layer `index` multiplies by, [rows, columns]. */
export function dropoutMask(from: DrawnFrom, columns: number, index: number, rate: number): Float32Array {
  const ones = new Float32Array(from.rows * columns).fill(1);
  return replaced(from, columns, ones, STREAM_DROPOUT + index, rate, rate, 1 / (1 - rate));
}

/** What spatial dropout at place `index` multiplies by, [rows, positions, channels]. */
export function spatialMask(
  from: DrawnFrom,
  positions: number,
  channels: number,
  index: number,
  rate: number,
): Float32Array {
  const ones = new Float32Array(from.rows * channels).fill(1);
  const mask = replaced(from, channels, ones, STREAM_LAYER + index, rate, rate, 1 / (1 - rate));
  return new Float32Array(from.rows * positions * channels).map(
    (_, i) => mask[Math.floor(i / (positions * channels)) * channels + (i % channels)]!,
  );
}

/** Standard normal numbers of the noise at place `index`, [rows, columns]. */
export function layerNoise(from: DrawnFrom, columns: number, index: number): Float32Array {
  return normals(from, columns, STREAM_LAYER + index);
}

/** Samples as training corrupts them. */
export function corrupted(
  from: DrawnFrom,
  columns: number,
  samples: Float32Array,
  corruption: Corruption,
): Float32Array {
  if (corruption.kind === "gaussianNoise") {
    const noise = normals(from, columns, STREAM_NOISE);
    return samples.map((x, i) => x + corruption.deviation * noise[i]!);
  }
  const { rate } = corruption;
  const ones = corruption.kind === "saltAndPepper" ? rate / 2 : rate;
  return replaced(from, columns, samples, STREAM_NOISE, rate, ones, 1);
}

function replaced(
  from: DrawnFrom,
  columns: number,
  samples: Float32Array,
  stream: number,
  rate: number,
  ones: number,
  scale: number,
): Float32Array {
  return drawn(from, columns, samples, stream, (kernels) => (width, source, target, step, id, scratch) => {
    const thresholds = [rate, ones].map((part) => Math.round(part * 2 ** 32)) as [number, number];
    const { rows, seed } = from;
    kernels.replacementNoise(
      ...[0, rows, width, source, target, step, id, seed, 0, ...thresholds, scale, scratch],
    );
  });
}
