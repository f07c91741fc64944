import { Autoencoder, type AutoencoderOptions } from "../autoencoder/autoencoder.js";
import { show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import { shapeText } from "../layers/shape.js";
import { type AutoencoderDescription, checkDescription, stackOf } from "../network/description.js";
import type { NamedWeight } from "../network/namedWeights.js";
import { ownParameters, type StackLayer } from "../network/stack.js";
import { encodeModel } from "../saving/modelFile.js";
import type { ImportedLayer, ImportedModel } from "./importedModel.js";

/**
 * Makes an autoencoder of an imported model. Its loss and optimizer are the defaults, since only its outputs came with it.
 *
 * @param options.engine as in `Autoencoder.create`
 * @throws {ArgumentError} for what `readModel` cannot have returned
 * @throws {ShapeError} {ArgumentError} if the layers or weights do not fit together
 * @throws {NonFiniteError} {FormatError} for weights that are not finite
 */
export async function buildImported(
  model: ImportedModel,
  options: Pick<AutoencoderOptions, "engine"> = {},
): Promise<Autoencoder> {
  const { inputShape, layers } = (model ?? {}) as Partial<ImportedModel>;
  if (!Array.isArray(inputShape) || !Array.isArray(layers)) {
    throw new ArgumentError(`model must be what readModel returns, not ${show(model)}`);
  }
  return Autoencoder.fromSafetensors(importedFile(model), options);
}

/** The model file of an imported model. */
function importedFile({ inputShape, layers, encoderDepth, scaling }: ImportedModel): Uint8Array {
  const given: AutoencoderDescription = {
    ...(inputShape.length > 1 ? { inputShape } : { inputSize: inputShape[0]! }),
    encoder: layers.slice(0, encoderDepth).map(({ layer }) => layer),
    decoder: layers.slice(encoderDepth).map(({ layer }) => layer),
    ...(scaling && { scaling: "standard" as const }),
  };
  const description = checkDescription(given);
  const weights = stackOf(description).layers.flatMap((place, index) => namedWeights(place, layers[index]!));
  return encodeModel(description, weights, scaling, [], {});
}

function namedWeights(place: StackLayer, { name, weights }: ImportedLayer): NamedWeight[] {
  return ownParameters(place).map((wish) => {
    const weight = weights.get(wish.name);
    if (!weight) throw new ShapeError(`${name} has no ${wish.name} in the file`);
    if (shapeText(weight.shape) !== shapeText(wish.shape)) {
      throw new ShapeError(
        `${name} has a ${wish.name} of ${shapeText(weight.shape)}, but one of ${shapeText(wish.shape)} fits behind the layers before it`,
      );
    }
    return { name: `${place.name}.${wish.name}`, shape: wish.shape, data: weight.data };
  });
}
