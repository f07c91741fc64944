// Convolutions, pooling and enlarging, which have the channels first.
import type { Layer } from "../../layers/layers.js";
import { checkLayer } from "../../layers/layers.js";
import { sizeOf } from "../../layers/shape.js";
import { convolved, deconvolved, reach } from "../../layers/window.js";
import { fitKernels, type KernelAxis, withZeros } from "../kernelFit.js";
import type { GraphWeight } from "../modelGraph.js";
import { intOf, intsOf, refuse, textOf } from "./graphView.js";
import { channelsFirst, type Import, UNIT } from "./importFlow.js";
import type { OnnxNode } from "./onnxModel.js";

/** Along which dimensions of a node's windows samples lie. */
interface Images {
  readonly dimensions: number;
  /** Among those of the node, the one that is of length 1 and none of ours; undefined if there is none. */
  readonly unit: number | undefined;
}

/** @throws {FormatError} unless the samples are images or sequences with channels first */
function requireImages({ flow }: Import, node: OnnxNode): Images {
  const rank = flow.shape.length;
  const wanted = channelsFirst(rank);
  const axes = flow.axes.filter((axis) => axis !== UNIT);
  const place = flow.axes.indexOf(UNIT);
  // tf2onnx makes images with one row of sequences.
  const units = flow.axes.length - axes.length;
  const known = units === 0 || (units === 1 && rank === 2 && place >= 2);
  if (
    (rank !== 2 && rank !== 3) ||
    !known ||
    axes.length !== wanted.length ||
    wanted.some((axis, i) => axes[i] !== axis)
  ) {
    refuse(node, "needs images or sequences with the channels first, which the samples are not here");
  }
  return { dimensions: rank - 1, unit: units === 0 ? undefined : place - 2 };
}

/** What a node says of our dimensions, without that of length 1, in which nothing may be done. */
function ofOurs(node: OnnxNode, given: readonly number[], { unit }: Images, neutral: number): number[] {
  if (unit === undefined) return [...given];
  // Sequences as images have two dimensions; pads name them twice.
  if (given.some((value, i) => i % 2 === unit && value !== neutral))
    refuse(node, "does something along a dimension that samples do not have");
  return given.filter((_, i) => i % 2 !== unit);
}

/** What a node says of each dimension. */
function axesOf(work: Import, node: OnnxNode, kernel: readonly number[], images: Images): KernelAxis[] {
  const count = kernel.length + (images.unit === undefined ? 0 : 1);
  const list = (name: string, usual: number, length = count) => {
    const given = intsOf(node, name) ?? Array.from({ length }, () => usual);
    if (given.length === length && given.every((each) => Number.isSafeInteger(each) && each >= 0))
      return given;
    return refuse(node, `${name} must be ${length} integers of at least 0`);
  };
  const ours = (name: string, usual: number, length = count) =>
    ofOurs(node, list(name, usual, length), images, usual);
  // A window of one place is the same with any stride.
  const strides = list("strides", 1).filter((_, i) => i !== images.unit);
  const [dilations, added] = [ours("dilations", 1), ours("output_padding", 0)];
  const pads = ours("pads", 0, 2 * count);
  return kernel.map((size, i) => {
    const length = work.flow.shape[i]!;
    const [stride, dilation] = [strides[i]!, dilations[i]!];
    if (Math.min(size, stride, dilation) < 1)
      refuse(node, "kernel, strides and dilations must be at least 1");
    const axis = {
      length,
      kernel: size,
      stride,
      dilation,
      before: pads[i]!,
      behind: pads[i + kernel.length]!,
      added: added[i]!,
    };
    return { ...axis, ...automatic(node, axis) };
  });
}

/** Padding that a node leaves to be calculated. */
function automatic(node: OnnxNode, { length, kernel, stride, dilation }: KernelAxis): Partial<KernelAxis> {
  const kind = textOf(node, "auto_pad", "NOTSET");
  if (kind === "NOTSET") return {};
  if (kind === "VALID") return { before: 0, behind: 0 };
  if (kind !== "SAME_UPPER" || node.op === "ConvTranspose") refuse(node, `auto_pad ${kind} is not known`);
  const { small, before } = convolved(length, kernel, stride, dilation, "same");
  return { before, behind: Math.max(0, (small - 1) * stride + reach(kernel, dilation) - length - before) };
}

/** Adds Conv or ConvTranspose. */
export function convolutionStep(work: Import, node: OnnxNode): void {
  const images = requireImages(work, node);
  const { dimensions, unit } = images;
  const stored = work.constant(node, 1);
  const shape = [...stored.shape.slice(0, 2), ...ofOurs(node, stored.shape.slice(2), images, 1)];
  const weight = { shape, data: stored.data };
  const transposed = node.op === "ConvTranspose";
  const [first, second, ...kernel] = weight.shape as [number, number, ...number[]];
  const [filters, channels] = transposed ? [second, first] : [first, second];
  if (kernel.length !== dimensions || channels !== work.flow.shape.at(-1) || filters === 0) {
    refuse(
      node,
      `its weight has the shape [${weight.shape.join(", ")}], which does not fit samples of [${work.flow.shape.join(", ")}]`,
    );
  }
  if (intOf(node, "group", 1) !== 1) refuse(node, "groups of channels are not known");
  if (transposed && unit !== undefined) refuse(node, "enlarges images of one row, which samples are not");
  const axes = axesOf(work, node, kernel, images);
  const fits = fitKernels(axes, transposed);
  if (!fits) {
    const padding = axes.map(({ before, behind }) => `${before} and ${behind}`).join(", ");
    refuse(node, `padding ${padding} is neither "valid" nor "same" here`);
  }
  const weights: [string, GraphWeight][] = [["weight", withZeros(weight, fits)]];
  if (node.inputs[2]) weights.push(["bias", work.vector(node, 2, filters)]);
  const sizes = fits.map(({ lead, trail }, i) => lead + kernel[i]! + trail);
  const lengths = (values: readonly number[]) => (dimensions === 1 ? values[0]! : values);
  addWindows(work, node, weights, {
    kind: `conv${dimensions}d${transposed ? "Transpose" : ""}`,
    filters,
    kernelSize: lengths(sizes),
    activation: "linear",
    strides: lengths(axes.map(({ stride }) => stride)),
    padding: fits[0]!.padding,
    dilationRate: lengths(axes.map(({ dilation }) => dilation)),
    bias: weights.length > 1,
  });
}

/** Adds MaxPool or AveragePool. */
export function poolingStep(work: Import, node: OnnxNode): void {
  const images = requireImages(work, node);
  const { dimensions, unit } = images;
  const given = intsOf(node, "kernel_shape") ?? [];
  const kernel = unit === undefined ? given : ofOurs(node, given, images, 1);
  if (kernel.length !== dimensions) refuse(node, `kernel_shape must be ${dimensions} integers`);
  if (node.outputs.length > 1 && node.outputs[1] !== "")
    refuse(node, "the places of the maxima are not known");
  const axes = axesOf(work, node, kernel, images);
  if (axes.some(({ dilation }) => dilation !== 1)) refuse(node, "windows with gaps are not known");
  const padded = axes.some(({ before, behind }) => before + behind > 0);
  if (node.op === "AveragePool" && padded && intOf(node, "count_include_pad", 0) !== 0) {
    refuse(node, "padding does not count in means here (count_include_pad)");
  }
  const padding = (["valid", "same"] as const).find((each) => axes.every((axis) => pools(axis, each, node)));
  if (!padding) refuse(node, 'its padding is neither "valid" nor "same" here');
  const lengths = (values: readonly number[]) => (dimensions === 1 ? values[0]! : values);
  addWindows(work, node, [], {
    kind: `${node.op === "MaxPool" ? "max" : "average"}Pooling${dimensions}d`,
    poolSize: lengths(kernel),
    strides: lengths(axes.map(({ stride }) => stride)),
    padding: padding!,
  });
}

/** Whether padding gives the windows that a node has along a dimension. */
function pools(
  { length, kernel, stride, before, behind }: KernelAxis,
  padding: "valid" | "same",
  node: OnnxNode,
): boolean {
  const steps = (length + before + behind - kernel) / stride;
  const wanted = (intOf(node, "ceil_mode", 0) === 0 ? Math.floor(steps) : Math.ceil(steps)) + 1;
  const ours = convolved(length, kernel, stride, 1, padding);
  return ours.small === wanted && ours.before === before;
}

/** Adds a layer over windows, by its options, and goes on with images of channels first. */
function addWindows(
  work: Import,
  node: OnnxNode,
  weights: Iterable<readonly [string, GraphWeight]>,
  options: Readonly<Record<string, unknown>>,
): void {
  const layer = checkLayer(node.name, options);
  const shape = outputOf(work, node, layer);
  work.add(node, layer, weights);
  work.go({ value: node.outputs[0]!, shape, axes: work.flow.axes });
}

function outputOf({ flow }: Import, node: OnnxNode, layer: Layer): readonly number[] {
  const count = flow.shape.length - 1;
  const options = layer as unknown as Record<string, number | readonly number[]>;
  const along = layer.kind.endsWith("Transpose") ? deconvolved : convolved;
  const sizes = (value: number | readonly number[] | undefined): readonly number[] =>
    value === undefined ? Array(count).fill(1) : typeof value === "number" ? [value] : value;
  const kernel = sizes(options.kernelSize ?? options.poolSize);
  const [strides, dilations] = [sizes(options.strides), sizes(options.dilationRate)];
  const padding = (layer as unknown as { padding: "valid" | "same" }).padding;
  const lengths = kernel.map((size, i) => {
    const axis = along(flow.shape[i]!, size, strides[i]!, dilations[i]!, padding);
    return layer.kind.endsWith("Transpose") ? axis.large : axis.small;
  });
  if (lengths.some((length) => length < 1)) refuse(node, "its kernel does not fit into the samples");
  return [...lengths, (options.filters as number | undefined) ?? flow.shape.at(-1)!];
}

/** GlobalAveragePool, and the mean over height and width. */
export function globalMeanStep(work: Import, node: OnnxNode): void {
  const { flow, view } = work;
  const rank = flow.shape.length;
  const all = node.op === "GlobalAveragePool";
  const given = intsOf(node, "axes") ?? view.integers(node.inputs[1] ?? "");
  const places = all ? [2, 3] : (given ?? []).map((axis) => (axis < 0 ? axis + flow.axes.length : axis));
  const averaged = places.map((place) => flow.axes[place] ?? 0).sort();
  if (rank !== 3 || averaged.join() !== "1,2" || flow.axes.includes(UNIT)) {
    refuse(node, "only the mean of each channel over height and width is known");
  }
  const kept = all || intOf(node, "keepdims", 1) !== 0;
  const axes = flow.axes.flatMap((axis) => (axis === 3 ? [1] : axis === 0 ? [0] : kept ? [UNIT] : []));
  work.add(node, { kind: "globalAveragePooling2d" });
  work.go({ value: node.outputs[0]!, shape: [flow.shape[2]!], axes });
}

/** Resize and Upsample, by whole factors. */
export function enlargeStep(work: Import, node: OnnxNode): void {
  const { flow, view } = work;
  const mode = textOf(node, "mode", "nearest");
  const place = textOf(
    node,
    "coordinate_transformation_mode",
    node.op === "Upsample" ? "asymmetric" : "half_pixel",
  );
  const halves = ["half_pixel", "pytorch_half_pixel"].includes(place);
  const rounding = textOf(node, "nearest_mode", node.op === "Upsample" ? "floor" : "round_prefer_floor");
  const repeats =
    mode === "nearest" &&
    (halves ? rounding.startsWith("round_prefer") : place === "asymmetric" && rounding === "floor");
  const bilinear = mode === "linear" && halves && flow.shape.length === 3;
  if (!repeats && !bilinear) refuse(node, `mode ${mode} with ${place} and ${rounding} is not known`);
  const scales = view.floats(node.inputs[node.op === "Upsample" ? 1 : 2] ?? "")?.data;
  const sizes = view.integers(node.inputs[3] ?? "");
  const factors = flow.axes.map((axis, i) => {
    if (scales?.length === flow.axes.length) return scales[i]!;
    return axis === 0
      ? 1
      : sizes?.length === flow.axes.length
        ? sizes[i]! / flow.shape[axis - 1]!
        : Number.NaN;
  });
  const rank = flow.shape.length;
  const ours = flow.shape.map((_, i) => factors[flow.axes.indexOf(i + 1)] ?? Number.NaN);
  const whole = ours.every((factor) => Number.isSafeInteger(factor) && factor >= 1);
  if (!whole || ours.at(-1) !== 1 || (rank !== 2 && rank !== 3) || flow.axes.includes(UNIT)) {
    refuse(node, "only images and sequences, enlarged by whole numbers, are known");
  }
  const shape = flow.shape.map((length, i) => length * ours[i]!);
  if (!Number.isSafeInteger(sizeOf(shape))) refuse(node, "its factors are too large");
  if (rank === 2) work.add(node, { kind: "upSampling1d", size: ours[0]! });
  else {
    const size = [ours[0]!, ours[1]!] as const;
    work.add(node, { kind: "upSampling2d", size, interpolation: bilinear ? "bilinear" : "nearest" });
  }
  work.go({ ...flow, value: node.outputs[0]!, shape });
}
