import { reach } from "../../layers/window.js";
import type { GraphWeight } from "../modelGraph.js";

/** A convolution of PyTorch along one dimension. */
export interface TorchAxis {
  readonly length: number;
  readonly kernel: number;
  readonly stride: number;
  /** Zeros before and after. */
  readonly padding: number;
  /** Of transposed ones: values more at the end. */
  readonly outputPadding: number;
}

/** How ours is the same: its padding, and zeros before and after the kernel. */
export interface Fit {
  readonly padding: "valid" | "same";
  readonly lead: number;
  readonly trail: number;
}

/**
 * PyTorch pads as much before as after; ours, as TensorFlow's, may pad less before. With zeros in the kernel, where they do
 * not count, both can be the same: a stride of 2 with a kernel of 3 and padding 1 is one with a kernel of 4 and "same".
 *
 * @returns undefined if there is none
 */
export function fitConvolution(axis: TorchAxis, transposed: boolean, same: boolean): Fit | undefined {
  const { length, kernel, stride, padding, outputPadding } = axis;
  const wanted = transposed
    ? (length - 1) * stride - 2 * padding + kernel + outputPadding
    : Math.floor((length + 2 * padding - kernel) / stride) + 1;
  if (!same) {
    if (padding > 0) return undefined;
    if (!transposed) return { padding: "valid", lead: 0, trail: 0 };
    const fits = length * stride + Math.max(kernel + outputPadding - stride, 0) === wanted;
    return fits ? { padding: "valid", lead: 0, trail: outputPadding } : undefined;
  }
  if (wanted !== (transposed ? length * stride : Math.ceil(length / stride))) return undefined;
  for (let lead = 0; lead <= kernel + stride; lead++) {
    for (let trail = 0; trail <= kernel + 2 * stride; trail++) {
      const all = reach(kernel + lead + trail, 1);
      const rest = transposed ? all - stride : (wanted - 1) * stride + all - length;
      if (Math.max(0, rest) >> 1 === padding + lead) return { padding: "same", lead, trail };
    }
  }
  return undefined;
}

/** A kernel [a, b, …sizes] with zeros around its taps. */
export function paddedKernel({ shape, data }: GraphWeight, fits: readonly Fit[]): GraphWeight {
  const [a, b, ...sizes] = shape as [number, number, ...number[]];
  const [rows, columns] = sizes.length === 1 ? [1, sizes[0]!] : (sizes as [number, number]);
  const [byRow, byColumn] = fits.length === 1 ? [NONE, fits[0]!] : (fits as [Fit, Fit]);
  const height = byRow.lead + rows + byRow.trail;
  const width = byColumn.lead + columns + byColumn.trail;
  const result = new Float32Array(a * b * height * width);
  for (let row = 0; row < a * b * rows; row++) {
    const [kernel, tap] = [Math.floor(row / rows), row % rows];
    const to = (kernel * height + byRow.lead + tap) * width + byColumn.lead;
    result.set(data.subarray(row * columns, (row + 1) * columns), to);
  }
  return { shape: [a, b, ...[height, width].slice(-sizes.length)], data: result };
}

const NONE: Fit = { padding: "valid", lead: 0, trail: 0 };
