// Code shared by the pooling layers.
import { canonical, type Hints, integer, knownKeys, show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import type { Picture } from "./channelsLast.js";
import type { BuiltLayer } from "./layer.js";
import type { Shape } from "./shape.js";
import type { Padding } from "./window.js";

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
    const length = integer(name, value);
    return [length, length];
  }
  if (value.length !== 2) throw new ArgumentError(`${name} must be one number or two, not ${show(value)}`);
  return [integer(`${name}[0]`, value[0]), integer(`${name}[1]`, value[1])];
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
  const poolSize = integer(`poolSize of ${kind}`, options.poolSize ?? 2);
  return {
    poolSize,
    strides: integer(`strides of ${kind}`, options.strides ?? poolSize),
    padding: toPadding(kind, options.padding ?? "valid"),
  };
}

/** The windows along one dimension. */
interface Windows {
  readonly pool: number;
  readonly stride: number;
  readonly padding: Padding;
}

/** Number of windows along a dimension; less than 1 if none fits. */
function windowsIn(size: number, { pool, stride, padding }: Windows): number {
  if (padding === "same") return Math.ceil(size / stride);
  return Math.floor((size - pool) / stride) + 1;
}

/** How far the first window begins before the first element: half of the total padding, rounded down. */
function reachOf(size: number, windows: Windows): number {
  if (windows.padding === "valid") return 0;
  const { pool, stride } = windows;
  return Math.floor(Math.max((windowsIn(size, windows) - 1) * stride + pool - size, 0) / 2);
}

/** The windows of a pooling layer over images of a given shape. */
export class Pooling {
  readonly #height: Windows;
  readonly #width: Windows;

  constructor(poolSize: readonly [number, number], strides: readonly [number, number], padding: Padding) {
    this.#height = { pool: poolSize[0], stride: strides[0], padding };
    this.#width = { pool: poolSize[1], stride: strides[1], padding };
  }

  /** The windows of a layer over sequences. */
  static along(poolSize: number, strides: number, padding: Padding): Pooling {
    return new Pooling([1, poolSize], [1, strides], padding);
  }

  /**
   * The shape of the output.
   *
   * @param name the layer's name in messages: `encoder[0]`
   * @throws {ShapeError} if no window fits
   */
  outputOf(name: string, kind: string, [height, width, channels]: Picture): Picture {
    const [rows, columns] = [windowsIn(height, this.#height), windowsIn(width, this.#width)];
    if (rows >= 1 && columns >= 1) return [rows, columns, channels];
    const sequence = kind.endsWith("1d");
    const [window, given] = sequence
      ? [`${this.#width.pool} steps`, `${width}`]
      : [`${this.#height.pool} × ${this.#width.pool}`, `${height} × ${width}`];
    throw new ShapeError(
      `${name}, ${kind}: a window of ${window} does not fit into ${given}; ` +
        'give a smaller poolSize, or padding: "same"',
    );
  }

  /** The fields that all pooling kernels take. */
  fields(input: Picture): PoolingFields {
    const [height, width, channels] = input;
    return {
      height,
      width,
      channels,
      outputHeight: windowsIn(height, this.#height),
      outputWidth: windowsIn(width, this.#width),
      poolHeight: this.#height.pool,
      poolWidth: this.#width.pool,
      strideHeight: this.#height.stride,
      strideWidth: this.#width.stride,
      top: reachOf(height, this.#height),
      left: reachOf(width, this.#width),
    };
  }
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

/** The shape of a sequence that was treated as an image of height 1. */
export function stepsOf([, steps, channels]: Picture): Shape {
  return [steps, channels];
}
