import { ArgumentError, ShapeError } from "../common/errors.js";
import type { DenseLayer, Layer } from "../layers/dense.js";
import type { GaussianLatent } from "../layers/gaussian.js";

/** What happens to a dense layer's output before the next one gets it. */
export type Transition =
  | { readonly kind: "dropout"; readonly rate: number }
  /** The output is the mean and log σ² of a code, which is drawn. */
  | { readonly kind: "sample" };

/** A dense layer and its place in the stack that a description comes to. */
export interface StackLayer {
  /** As PyTorch would name it; layers with weights count from 0 in each half: `encoder.0`. */
  readonly name: string;
  readonly layer: DenseLayer;
  readonly inputs: number;
  /** Width of what the layer gives. */
  readonly units: number;
  /** Width of what the next layer gets; half of `units` for a gaussian latent. */
  readonly outputs: number;
  readonly transition: Transition | undefined;
  /** The place of the layer whose weights this one has, transposed. */
  readonly tiedTo: number | undefined;
}

/** The part of a description that says what layers there are. */
export interface StackDescription {
  readonly inputSize: number;
  readonly encoder: readonly Layer[];
  readonly decoder: readonly Layer[];
  readonly latent?: GaussianLatent;
  readonly tied?: true;
}

/** The dense layers of a model one after the other, dropout and the latent's draw being transitions between them. */
export interface Stack {
  readonly inputSize: number;
  readonly layers: readonly StackLayer[];
  /** How many of the layers are the encoder, the gaussian latent's included. */
  readonly encoderDepth: number;
}

/** Mean and log σ² as one linear layer, drawn as two layers of `units` would be. */
function heads({ units }: GaussianLatent): DenseLayer {
  return { kind: "dense", units: 2 * units, activation: "linear", initializer: "glorotUniform", bias: true };
}

/**
 * @throws {ArgumentError} for a dropout that stands between no two dense layers, and for a penalty on tied weights that
 *   is not given to the encoder's layer
 * @throws {ShapeError} for tied halves whose widths do not mirror each other
 */
export function toStack({ inputSize, encoder, decoder, latent, tied }: StackDescription): Stack {
  const layers: StackLayer[] = [];
  let width = inputSize;
  const addHalf = (half: string, given: readonly Layer[]) => {
    let index = 0;
    given.forEach((layer, place) => {
      if (layer.kind === "dropout") {
        addDropout(layers, `${half}[${place}]`, layer.rate);
        return;
      }
      const { units } = layer;
      const name = `${half}.${index++}`;
      layers.push({
        name,
        layer,
        inputs: width,
        units,
        outputs: units,
        transition: undefined,
        tiedTo: undefined,
      });
      width = units;
    });
    return index;
  };
  const dense = addHalf("encoder", encoder);
  if (latent) {
    const layer = heads(latent);
    const sizes = { inputs: width, units: layer.units, outputs: latent.units };
    layers.push({
      name: `encoder.${dense}`,
      layer,
      ...sizes,
      transition: { kind: "sample" },
      tiedTo: undefined,
    });
    width = latent.units;
  }
  const encoderDepth = layers.length;
  addHalf("decoder", decoder);
  if (layers.at(-1)!.transition) {
    throw new ArgumentError(
      "dropout must stand between two dense layers, but nothing follows the decoder's last one",
    );
  }
  return { inputSize, encoderDepth, layers: tied ? tie(layers, encoderDepth) : layers };
}

/** Puts a dropout behind the last of the layers. */
function addDropout(layers: StackLayer[], name: string, rate: number): void {
  const before = layers.at(-1);
  if (!before) {
    throw new ArgumentError(
      `${name} is a dropout with no dense layer before it; for noise on the input there is corruption: maskingNoise(${rate})`,
    );
  }
  if (before.transition) {
    throw new ArgumentError(
      `${name} is a dropout right behind ${before.transition.kind === "sample" ? "a gaussian latent" : "another one"}; ` +
        "it must stand right behind a dense layer",
    );
  }
  layers[layers.length - 1] = { ...before, transition: { kind: "dropout", rate } };
}

/** Gives each layer of the decoder the weights of its mirror image in the encoder. */
function tie(layers: readonly StackLayer[], encoderDepth: number): StackLayer[] {
  const decoderDepth = layers.length - encoderDepth;
  if (decoderDepth !== encoderDepth) {
    throw new ShapeError(
      `tied needs as many dense layers in the decoder as in the encoder, not ${decoderDepth} and ${encoderDepth}`,
    );
  }
  return layers.map((layer, index) => {
    if (index < encoderDepth) return layer;
    const tiedTo = layers.length - 1 - index;
    const mirror = layers[tiedTo]!;
    if (layer.layer.kernelPenalty) {
      throw new ArgumentError(
        `${layer.name} cannot have a kernelPenalty: tied, it has the weights of ${mirror.name}, which are penalized there`,
      );
    }
    if (layer.units !== mirror.inputs || layer.inputs !== mirror.units) {
      throw new ShapeError(
        `tied needs ${layer.name} to turn ${mirror.units} values into ${mirror.inputs}, as ${mirror.name} turned around, ` +
          `but it turns ${layer.inputs} into ${layer.units}`,
      );
    }
    return { ...layer, tiedTo };
  });
}
