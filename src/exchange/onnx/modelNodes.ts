import { ArgumentError } from "../../common/errors.js";
import type { ScalingParameters } from "../../data/scaling.js";
import type { Shape } from "../../layers/shape.js";
import type { GraphLatent, GraphLayer, GraphWeight, ModelGraph } from "../modelGraph.js";
import type { GraphBuilder } from "./graphBuilder.js";
import { layerNodes, linearNodes } from "./layerNodes.js";
import { inLayout, type Value } from "./onnxValue.js";

/** Adds the encoder: samples in the model's own units to codes. */
export function encoderNodes(builder: GraphBuilder, { encoder, latent }: ModelGraph, x: Value): Value {
  const features = through(builder, encoder, x);
  const code = latent ? latentNodes(builder.within("latent"), latent, features) : features;
  return inLayout(builder, code, "last");
}

/** Adds the decoder: codes to samples in the model's own units. */
export function decoderNodes(builder: GraphBuilder, { decoder }: ModelGraph, code: Value): Value {
  return inLayout(builder, through(builder, decoder, code), "last");
}

function through(builder: GraphBuilder, layers: readonly GraphLayer[], x: Value): Value {
  return layers.reduce((value, layer) => layerNodes(builder, layer, value), x);
}

/** The code of predictions is the mean, so only the first half of the layer is needed. */
function latentNodes(builder: GraphBuilder, { units, name, weight, bias }: GraphLatent, x: Value): Value {
  const half = ({ shape, data }: GraphWeight): GraphWeight => ({
    shape: [units, ...shape.slice(1)],
    data: data.slice(0, data.length / 2),
  });
  return linearNodes(builder, name, half(weight), half(bias), x);
}

/**
 * Adds (x − offset) / scale. An offset of 64 bits is subtracted in two parts, so that 32-bit floats are enough: what is
 * left of the first subtraction is exact where it matters, near the offset.
 *
 * @param x its `rest` is what to add to it, of the same shape, where 32-bit floats are not enough
 * @throws {ArgumentError} for numbers that 32-bit floats do not hold
 */
export function scaleNodes(
  builder: GraphBuilder,
  { offset, scale }: ScalingParameters,
  { name: x, rest: beside }: { readonly name: string; readonly rest?: string | undefined },
  shape: Shape,
): string {
  builder.within("scaling");
  const beyond = scale.findIndex(
    (value, j) => Math.fround(value) === 0 || !Number.isFinite(Math.fround(value) + Math.fround(offset[j]!)),
  );
  if (beyond >= 0) {
    throw new ArgumentError(
      `value ${beyond} of a sample has the scale ${scale[beyond]} and the offset ${offset[beyond]}, which 32-bit floats ` +
        "do not hold; train on data in other units to export the model",
    );
  }
  const fine = offset.map((value) => value - Math.fround(value));
  let shifted = builder.add("Sub", [x, builder.floats("offset", offset, shape)]);
  if (fine.some((value) => Math.fround(value) !== 0)) {
    shifted = builder.add("Sub", [shifted, builder.floats("rest", fine, shape)]);
  }
  if (beside !== undefined) shifted = builder.add("Add", [shifted, beside]);
  return builder.add("Div", [shifted, builder.floats("scale", scale, shape)]);
}

/** Adds y · scale + offset. */
export function unscaleNodes(
  builder: GraphBuilder,
  { offset, scale }: ScalingParameters,
  y: string,
  shape: Shape,
): string {
  builder.within("scaling");
  const product = builder.add("Mul", [y, builder.floats("scale", scale, shape)]);
  return builder.add("Add", [product, builder.floats("offset", offset, shape)]);
}
