import { type ConvolutionFields, sizesOf } from "../../layers/convolutionOptions.js";
import type { Layer } from "../../layers/layers.js";
import type { Lengths } from "../../layers/pooling.js";
import type { Shape } from "../../layers/shape.js";
import { asPair, convolved, type Padding, reach } from "../../layers/window.js";
import { call, literal } from "./pythonText.js";

type Convolution = Extract<Layer, ConvolutionFields<number> | ConvolutionFields<readonly [number, number]>>;

/** Values before and after a dimension. */
type Ends = readonly [before: number, after: number];

/** Ends of each dimension as `F.pad` takes them, the last one first; undefined if all are 0. */
function padOf(dimensions: readonly Ends[]): string | undefined {
  const ends = dimensions.toReversed().flat();
  return ends.some((size) => size > 0) ? literal(ends) : undefined;
}

/** What a window of "same" padding reaches beyond a dimension. */
function beyond(length: number, size: number, stride: number, dilation: number, padding: Padding): Ends {
  if (padding === "valid") return [0, 0];
  const { small, before } = convolved(length, size, stride, dilation, padding);
  const all = Math.max(0, (small - 1) * stride + reach(size, dilation) - length);
  return [before, all - before];
}

/** Height and width of a sample; of a sequence, its length alone. */
const lengthsOf = (inputShape: Shape) => inputShape.slice(0, -1);

/**
 * The module of a convolution.
 *
 * @param mirror the expression of the layer whose weight it uses, if it is tied
 */
export function convolutionModule(
  options: Convolution,
  inputShape: Shape,
  mirror: string | undefined,
): string {
  const { kind, filters, kernelSize, strides, dilationRate, bias } = options;
  const transposed = kind.endsWith("Transpose");
  const ends = transposed ? cropped(options) : padded(options, inputShape);
  const common = {
    stride: isOne(strides) ? undefined : literal(strides),
    dilation: isOne(dilationRate) ? undefined : literal(dilationRate),
    bias: bias ? undefined : "False",
    ...ends,
  };
  const dimensions = kind.slice(4, 6);
  if (mirror !== undefined) {
    const name = `F.conv${transposed ? "_transpose" : ""}${dimensions}`;
    return call("TiedConvolution", [name, mirror, String(filters)], common);
  }
  const sizes = [inputShape.at(-1)!, filters, kernelSize].map(literal);
  return call(`Conv${transposed ? "Transpose" : ""}${dimensions}`, sizes, common);
}

const isOne = (size: Lengths) => asPair(size).every((length) => length === 1);

function padded(options: Convolution, inputShape: Shape) {
  const { kernel, strides, dilation } = sizesOf(options);
  const lengths = lengthsOf(inputShape);
  const first = 2 - lengths.length;
  return {
    pad: padOf(
      lengths.map((length, index) => {
        const at = first + index;
        return beyond(length, kernel[at]!, strides[at]!, dilation[at]!, options.padding);
      }),
    ),
  };
}

/** PyTorch's result has max(reach − stride, 0) values too many for "same", and stride − reach too few if that is more. */
function cropped(options: Convolution) {
  const { kernel, strides, dilation } = sizesOf(options);
  const reaches = kernel.map((size, index) => reach(size, dilation[index]!));
  const rests = reaches.map((each, index) => (options.padding === "same" ? each - strides[index]! : 0));
  const missing = reaches.map((each, index) => Math.max(strides[index]! - each, 0));
  const first = typeof options.kernelSize === "number" ? 1 : 0;
  const ends = rests.map((rest): Ends => [Math.max(rest, 0) >> 1, (Math.max(rest, 0) + 1) >> 1]);
  const own = missing.slice(first);
  return {
    output_padding: own.some((size) => size > 0) ? literal(own) : undefined,
    crop: padOf(ends.slice(first)),
  };
}

/** The padding of a pooling layer; undefined if there is none. */
export function poolingPad(
  options: { readonly poolSize: Lengths; readonly strides: Lengths; readonly padding: Padding },
  inputShape: Shape,
): string | undefined {
  const [sizes, strides] = [asPair(options.poolSize), asPair(options.strides)];
  const lengths = lengthsOf(inputShape);
  const first = 2 - lengths.length;
  return padOf(
    lengths.map((length, index) =>
      beyond(length, sizes[first + index]!, strides[first + index]!, 1, options.padding),
    ),
  );
}
