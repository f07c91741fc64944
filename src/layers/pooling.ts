// Code shared by the pooling layers.
import { canonical, type Hints, knownKeys, show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import { toPicture, toSequence } from "./channelsLast.js";
import type { BuiltLayer, LayerKind, LayerOptions } from "./layer.js";
import type { Shape } from "./shape.js";
import { asPair, convolved, type Padding, windowLength } from "./window.js";

/** One length for both height and width, or one for each. */
export type Lengths = number | readonly [height: number, width: number];

/** Options of two-dimensional pooling, named as in Keras. */
export interface Pooling2dOptions {
  /** Height and width of a window; default 2. */
  poolSize?: Lengths;
  /** Distance between the starts of two windows; default `poolSize`. */
  strides?: Lengths;
  /**
   * `"valid"` (default) pools whole windows only and ignores the remainder at the end. `"same"` gives ⌈size / stride⌉
   * values: windows may extend past both ends, and padding is not counted.
   */
  padding?: Padding;
}

/** Options of one-dimensional pooling over steps, named as in Keras. */
export interface Pooling1dOptions {
  /** Number of steps in a window; default 2. */
  poolSize?: number;
  /** Steps between the starts of two windows; default `poolSize`. */
  strides?: number;
  /** As in two-dimensional pooling; default `"valid"`. */
  padding?: Padding;
}

const KEYS: readonly (keyof Pooling2dOptions)[] = ["poolSize", "strides", "padding"];
const HINTS: Hints = {
  dataformat: "channels are the last dimension",
  kernelsize: "PyTorch's kernel_size is poolSize",
  size: "the size of a window is poolSize",
  stride: "PyTorch's stride is strides",
  ceilmode: 'windows that reach beyond the end are padding: "same"',
};

/** Checks a length that may differ for the two dimensions. */
export function toLengths(name: string, value: unknown): readonly [number, number] {
  if (!Array.isArray(value)) {
    const length = windowLength(name, value);
    return [length, length];
  }
  if (value.length !== 2) throw new ArgumentError(`${name} must be one number or two, not ${show(value)}`);
  return [windowLength(`${name}[0]`, value[0]), windowLength(`${name}[1]`, value[1])];
}

function toPadding(kind: string, padding: unknown): Padding {
  return canonical(`padding of ${kind}`, padding, ["valid", "same"]);
}

/** Checks the options of a two-dimensional pooling layer. */
export function checkPooling2d(kind: string, options: Pooling2dOptions) {
  knownKeys(kind, options, KEYS, HINTS);
  const poolSize = toLengths(`poolSize of ${kind}`, options.poolSize ?? 2);
  return {
    poolSize,
    strides: toLengths(`strides of ${kind}`, options.strides ?? poolSize),
    padding: toPadding(kind, options.padding ?? "valid"),
  };
}

/** Checks the options of a one-dimensional pooling layer. */
export function checkPooling1d(kind: string, options: Pooling1dOptions) {
  knownKeys(kind, options, KEYS, HINTS);
  const poolSize = windowLength(`poolSize of ${kind}`, options.poolSize ?? 2);
  return {
    poolSize,
    strides: windowLength(`strides of ${kind}`, options.strides ?? poolSize),
    padding: toPadding(kind, options.padding ?? "valid"),
  };
}

/** Any pooling layer, over images or sequences. */
type AnyPooling = LayerOptions & { poolSize: Lengths; strides: Lengths; padding: Padding };

/** What pooling layers do with shapes; only the checks of their options and their kernels differ. */
export function poolingCalls<T extends AnyPooling>(
  built: (fields: PoolingFields) => BuiltLayer,
): Pick<LayerKind<T>, "outputShape" | "build"> {
  return {
    outputShape(layer, inputShape, name) {
      const fields = poolingFields(layer, inputShape, name);
      assertFits(layer, fields, name);
      // A sequence has no rows.
      return [fields.outputHeight, fields.outputWidth, fields.channels].slice(-inputShape.length);
    },
    build: (layer, { inputShape }) => built(poolingFields(layer, inputShape, layer.kind)),
  };
}

/** @throws {ShapeError} if no window fits */
function assertFits({ kind, poolSize }: AnyPooling, fields: PoolingFields, name: string): void {
  if (fields.outputHeight >= 1 && fields.outputWidth >= 1) return;
  const { height, width, poolHeight, poolWidth } = fields;
  const [window, given] =
    typeof poolSize === "number"
      ? [`${poolWidth} steps`, `${width}`]
      : [`${poolHeight} × ${poolWidth}`, `${height} × ${width}`];
  throw new ShapeError(
    `${name}, ${kind}: a window of ${window} does not fit into ${given}; ` +
      'give a smaller poolSize, or padding: "same"',
  );
}

/** The fields that all pooling kernels take. Windows lie as those of a convolution do. */
export function poolingFields(
  { kind, poolSize, strides, padding }: AnyPooling,
  inputShape: Shape,
  name: string,
): PoolingFields {
  const toImage = typeof poolSize === "number" ? toSequence : toPicture;
  const [height, width, channels] = toImage(name, kind, inputShape);
  const [[poolHeight, poolWidth], [strideHeight, strideWidth]] = [asPair(poolSize), asPair(strides)];
  const rows = convolved(height, poolHeight, strideHeight, 1, padding);
  const columns = convolved(width, poolWidth, strideWidth, 1, padding);
  return {
    height,
    width,
    channels,
    outputHeight: rows.small,
    outputWidth: columns.small,
    poolHeight,
    poolWidth,
    strideHeight,
    strideWidth,
    top: rows.before,
    left: columns.before,
  };
}

interface PoolingFields {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  readonly poolHeight: number;
  readonly poolWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly top: number;
  readonly left: number;
}

/** The kernel calls of a max pooling layer. */
export function builtMaxPooling(fields: PoolingFields): BuiltLayer {
  return {
    forward: (plan, { rows, x, y }) => void plan.call("maxPooling", rows, { ...fields, x, y }),
    backward(plan, { rows, x, y, dy, dx }) {
      if (dx) plan.call("maxPoolingBackward", rows, { ...fields, x, y, dy, dx });
    },
    bound: (input) => input,
  };
}

/** The kernel calls of an average pooling layer. */
export function builtAveragePooling(fields: PoolingFields): BuiltLayer {
  return {
    forward: (plan, { rows, x, y }) => void plan.call("averagePooling", rows, { ...fields, x, y }),
    backward(plan, { rows, dy, dx }) {
      if (dx) plan.call("averagePoolingBackward", rows, { ...fields, dy, dx });
    },
    bound: (input) => input,
  };
}
