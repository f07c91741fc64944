import {
  WINDOW_CHANNELS,
  WINDOW_COLUMN_STEP,
  WINDOW_COLUMN_STRIDE,
  WINDOW_FIRST_COLUMN,
  WINDOW_FIRST_ROW,
  WINDOW_GRID_COLUMNS,
  WINDOW_GRID_ROWS,
  WINDOW_PICTURE_COLUMNS,
  WINDOW_PICTURE_ROWS,
  WINDOW_ROW_STEP,
  WINDOW_ROW_STRIDE,
  WINDOW_RUN,
  WINDOW_RUNS,
  WINDOW_TAP_COLUMNS,
  WINDOW_TAP_ROWS,
  WINDOW_WORDS,
} from "../../assembly/abi.js";
import { integer, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import type { Storage } from "../engine/storage.js";
import type { Tensor } from "../engine/tensor.js";

/** Whether a window (of a convolution or pooling) must lie within its input, or may extend past the edges. */
export type Padding = "valid" | "same";

/** Kernels count in 32 bits: no window, and no distance between two, is longer. */
const LONGEST = 2 ** 30;

/** @throws {ArgumentError} unless `value` is a length of a window, or a distance between two */
export function windowLength(name: string, value: unknown): number {
  const length = integer(name, value);
  if (length <= LONGEST) return length;
  throw new ArgumentError(`${name} must be at most ${LONGEST}, not ${show(value)}`);
}

/** Sizes of two dimensions; those of a sequence are of an image that is one row high. */
export function asPair(size: number | readonly [number, number]): readonly [number, number] {
  return typeof size === "number" ? [1, size] : size;
}

/**
 * One dimension of a convolution, from the larger image to the smaller one. A transposed convolution goes the other
 * way.
 */
export interface Axis {
  /** Lengths of the larger image, the smaller image and the kernel. */
  readonly large: number;
  readonly small: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros of padding before the larger image. */
  readonly before: number;
}

/** How the patches of windows lie along one dimension. */
interface Taps {
  /** Length of the image that patches are taken from, and of the grid of positions. */
  readonly picture: number;
  readonly grid: number;
  /** Number of taps, and where the first tap of the first position is. */
  readonly taps: number;
  readonly first: number;
  /** Distance between neighbouring positions, and between neighbouring taps. */
  readonly stride: number;
  readonly step: number;
}

/** How many elements a dilated kernel spans. */
export function reach(kernel: number, dilation: number): number {
  return (kernel - 1) * dilation + 1;
}

/**
 * One dimension of a convolution over `large` values, padded as in TensorFlow: `same` gives ⌈large / stride⌉ values; if
 * the padding is odd, the extra zero goes at the end.
 */
export function convolved(
  large: number,
  kernel: number,
  stride: number,
  dilation: number,
  padding: Padding,
): Axis {
  const width = reach(kernel, dilation);
  const [small, before] =
    padding === "valid"
      ? [Math.floor((large - width) / stride) + 1, 0]
      : [
          Math.ceil(large / stride),
          Math.max(0, (Math.ceil(large / stride) - 1) * stride + width - large) >> 1,
        ];
  return { large, small, kernel, stride, dilation, before };
}

/**
 * One dimension of a transposed convolution over `small` values, as in Keras: `same` gives small·stride values, `valid`
 * small·stride + max(reach − stride, 0).
 */
export function deconvolved(
  small: number,
  kernel: number,
  stride: number,
  dilation: number,
  padding: Padding,
): Axis {
  const rest = Math.max(reach(kernel, dilation) - stride, 0);
  const [large, before] = padding === "valid" ? [small * stride + rest, 0] : [small * stride, rest >> 1];
  return { large, small, kernel, stride, dilation, before };
}

/** Patches of the larger image, one for each position of the smaller one. */
export function forwardTaps({ large, small, kernel, stride, dilation, before }: Axis): Taps {
  return { picture: large, grid: small, taps: kernel, first: -before, stride, step: dilation };
}

/** Positions of the larger image that are reached from the smaller one by the same taps of the kernel. */
export interface Phase extends Taps {
  /** The first of these positions; the others follow at distance `stride`. There may be none. */
  readonly start: number;
  /** The kernel taps of this phase. */
  readonly members: readonly number[];
}

/** All phases of a dimension: as many as its stride. */
export function phasesOf({ large, small, kernel, stride, dilation, before }: Axis): Phase[] {
  return Array.from({ length: stride }, (_, start) => {
    // Last tap first: that one reaches the first position, and neighbouring values are then copied in one go.
    const members = Array.from({ length: kernel }, (_, index) => kernel - 1 - index).filter(
      (tap) => (start + before - tap * dilation) % stride === 0,
    );
    const source = (tap: number) => (start + before - tap * dilation) / stride;
    const [one = 0, two = one] = members;
    const first = members.length > 0 ? source(one) : 0;
    const grid = Math.max(0, Math.ceil((large - start) / stride));
    return {
      start,
      members,
      picture: small,
      grid,
      taps: members.length,
      first,
      stride: 1,
      step: source(two) - source(one),
    };
  });
}

/** The block of fields that tells kernels how to take patches. */
export function windowBlock(
  storage: Storage,
  rows: Taps,
  columns: Taps,
  channels: number,
): Tensor<Uint32Array> {
  const block = storage.words(WINDOW_WORDS);
  const words = block.values;
  words[WINDOW_CHANNELS] = channels;
  words[WINDOW_PICTURE_ROWS] = rows.picture;
  words[WINDOW_PICTURE_COLUMNS] = columns.picture;
  words[WINDOW_GRID_ROWS] = rows.grid;
  words[WINDOW_GRID_COLUMNS] = columns.grid;
  words[WINDOW_TAP_ROWS] = rows.taps;
  words[WINDOW_TAP_COLUMNS] = columns.taps;
  words[WINDOW_ROW_STRIDE] = rows.stride;
  words[WINDOW_COLUMN_STRIDE] = columns.stride;
  words[WINDOW_ROW_STEP] = rows.step;
  words[WINDOW_COLUMN_STEP] = columns.step;
  words[WINDOW_FIRST_ROW] = rows.first;
  words[WINDOW_FIRST_COLUMN] = columns.first;
  const { run, runs } = runsOf(rows, columns, channels);
  words[WINDOW_RUN] = run;
  words[WINDOW_RUNS] = runs;
  return block;
}

/** Runs of neighbouring floats of each patch: all taps of a row where they are side by side, otherwise each tap. */
function runsOf(rows: Taps, columns: Taps, channels: number): { run: number; runs: number } {
  const beside = columns.step === 1 || columns.taps === 1;
  return beside
    ? { run: columns.taps * channels, runs: rows.taps }
    : { run: channels, runs: rows.taps * columns.taps };
}

/** Floats of a vector; pointers are written, and runs are copied, as whole ones. */
const VECTOR = 4;

/** Floats of scratch memory for the pointers to `count` patches and results, for copied runs, and for zeros. */
export function patchFloats({ values }: Tensor<Uint32Array>, count: number): number {
  const [run, runs] = [values[WINDOW_RUN]!, values[WINDOW_RUNS]!];
  const slot = Math.ceil(run / VECTOR) * VECTOR;
  return (count + VECTOR) * (runs + 1) + (count * runs + 1) * slot;
}
