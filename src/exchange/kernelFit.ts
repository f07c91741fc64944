import { asPair, convolved, deconvolved, reach } from "../layers/window.js";
import type { GraphWeight } from "./modelGraph.js";

/** A dimension that the kernel of another tool's convolution moves along. */
export interface KernelAxis {
  readonly length: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding, which transposed convolutions cut off. */
  readonly before: number;
  readonly behind: number;
  /** Values more at the end of a transposed convolution. */
  readonly added: number;
}

/** How a layer of ours is the same along a dimension. */
export interface KernelFit {
  readonly padding: "valid" | "same";
  /** Zeros before the kernel and behind it. */
  readonly lead: number;
  readonly trail: number;
}

/**
 * How a convolution of ours is the same along a dimension. PyTorch pads as much before as behind, ours as TensorFlow; with
 * zeros around the kernel, where they do not count, both can be the same: a stride of 2 with a kernel of 3 and padding 1 is
 * one with a kernel of 4 and "same".
 *
 * @returns the fit with the smallest kernel; undefined if there is none
 */
export function fitKernel(
  axis: KernelAxis,
  padding: "valid" | "same",
  transposed: boolean,
): KernelFit | undefined {
  const { length, kernel, stride, dilation, before, behind, added } = axis;
  const whole = reach(kernel, dilation);
  const wanted = transposed
    ? (length - 1) * stride + whole - before - behind + added
    : Math.floor((length + before + behind - whole) / stride) + 1;
  const largest = padding === "valid" ? kernel + added : 2 * kernel + 2;
  for (let size = kernel; size <= largest; size++) {
    const ours = transposed
      ? deconvolved(length, size, stride, dilation, padding)
      : convolved(length, size, stride, dilation, padding);
    if ((transposed ? ours.large : ours.small) !== wanted) continue;
    const lead = (ours.before - before) / dilation;
    if (Number.isInteger(lead) && lead >= 0 && lead + kernel <= size)
      return { padding, lead, trail: size - kernel - lead };
  }
  return undefined;
}

/** The fit of all dimensions, which have one padding; undefined if there is none. */
export function fitKernels(axes: readonly KernelAxis[], transposed: boolean): KernelFit[] | undefined {
  for (const padding of ["valid", "same"] as const) {
    const fits = axes.map((axis) => fitKernel(axis, padding, transposed));
    if (fits.every((fit) => fit !== undefined)) return fits;
  }
  return undefined;
}

const NONE: KernelFit = { padding: "valid", lead: 0, trail: 0 };

/** A kernel [a, b, …sizes] with zeros around its taps. */
export function withZeros({ shape, data }: GraphWeight, fits: readonly KernelFit[]): GraphWeight {
  if (fits.every(({ lead, trail }) => lead + trail === 0)) return { shape, data };
  const [rows, columns] = asPair(shape.length === 3 ? shape[2]! : [shape[2]!, shape[3]!]);
  const [above, beside] = (fits.length === 1 ? [NONE, fits[0]!] : fits) as [KernelFit, KernelFit];
  const [height, width] = [above.lead + rows + above.trail, beside.lead + columns + beside.trail];
  const [outer, inner] = shape as [number, number];
  const padded = new Float32Array(outer * inner * height * width);
  for (let row = 0; row < outer * inner * rows; row++) {
    const line = Math.floor(row / rows) * height + above.lead + (row % rows);
    padded.set(data.subarray(row * columns, (row + 1) * columns), line * width + beside.lead);
  }
  return { shape: [outer, inner, ...[height, width].slice(4 - shape.length)], data: padded };
}
