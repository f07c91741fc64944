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
  WINDOW_TAP_COLUMNS,
  WINDOW_TAP_ROWS,
  WINDOW_WORDS,
} from "../../assembly/abi.js";
import type { Storage } from "../engine/storage.js";
import type { Tensor } from "../engine/tensor.js";

/** Whether a window (of a convolution, of pooling) must lie within its input, or may reach beyond it. */
export type Padding = "valid" | "same";

/** One dimension of a convolution from the larger of two pictures to the smaller one; a transposed one goes back. */
export interface Axis {
  /** Lengths of the larger picture, the smaller one and the kernel. */
  readonly large: number;
  readonly small: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros that stand before the larger picture. */
  readonly before: number;
}

/** What of one dimension the patches of a window are. */
interface Taps {
  /** Length of the picture that they are taken from, and of the grid of places. */
  readonly picture: number;
  readonly grid: number;
  /** How many taps there are, and where the first place's first one stands. */
  readonly taps: number;
  readonly first: number;
  /** From one place to the next, and from one tap to the next. */
  readonly stride: number;
  readonly step: number;
}

/** How many elements a dilated kernel reaches over. */
export function reach(kernel: number, dilation: number): number {
  return (kernel - 1) * dilation + 1;
}

/**
 * The dimension of a convolution of `large` values, as TensorFlow pads it: `same` gives ⌈large / stride⌉ values, and where
 * the zeros around cannot be halved, the one more stands at the end.
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
 * The dimension of a transposed convolution of `small` values, as in Keras: `same` gives small·stride values, `valid`
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

/** The larger picture's patches, for each place of the smaller one. */
export function forwardTaps({ large, small, kernel, stride, dilation, before }: Axis): Taps {
  return { picture: large, grid: small, taps: kernel, first: -before, stride, step: dilation };
}

/** Places of the larger picture that the same taps of the kernel reach from the smaller one. */
export interface Phase extends Taps {
  /** The first of these places; the others follow a stride apart. There may be none. */
  readonly start: number;
  /** Which taps of the kernel they are. */
  readonly members: readonly number[];
}

/** All phases of a dimension: as many as its stride. */
export function phasesOf({ large, small, kernel, stride, dilation, before }: Axis): Phase[] {
  return Array.from({ length: stride }, (_, start) => {
    // The last tap first: it reaches the first place, and what stands side by side is copied in one go.
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

/** The block by which kernels take patches. */
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
  return block;
}
