import { decodeSafetensors } from "../../formats/index.js";
import { Autoencoder, type Engine, FormatError, ShapeError } from "../../index.js";
import type { ModelSettings } from "./digitsSettings.js";
import { describeModel } from "./modelDescription.js";
import { readPictures } from "./pictureFile.js";
import { PIXELS, SIDE } from "./pictures.js";

/** The contents of a file. */
export type Opened =
  | { readonly kind: "pictures"; readonly pictures: Uint8Array }
  | { readonly kind: "model"; readonly model: Autoencoder };

/**
 * Reads a file with pictures or with a model.
 *
 * @throws {FormatError} if it is neither or is incomplete; the message names the file
 * @throws {ShapeError} if the model's samples have another width
 */
export async function openFile(name: string, bytes: Uint8Array, engine: Engine): Promise<Opened> {
  if (!isSafetensors(bytes)) return { kind: "pictures", pictures: await readPictures(name, bytes) };
  const model = await readModel(name, bytes, engine);
  if (model.inputSize === PIXELS) return { kind: "model", model };
  const { inputSize } = model;
  await model.dispose();
  throw new ShapeError(
    `${name} is a model for samples of ${inputSize} values, but this page needs a model for pictures of ` +
      `${SIDE}×${SIDE}, which have ${PIXELS} values`,
  );
}

/** Makes the model of settings from a file of its weights alone, in single or half precision. */
export async function modelOfWeights(
  settings: ModelSettings,
  bytes: Uint8Array,
  engine: Engine,
): Promise<Autoencoder> {
  const { tensors } = decodeSafetensors(bytes, { halves: "widen" });
  const weights = Array.from(tensors.values(), ({ name, shape, data }) => ({
    name,
    shape,
    data: Float32Array.from(data as Float32Array),
  }));
  const model = await Autoencoder.create({ ...describeModel(settings), engine });
  model.setWeights(weights);
  return model;
}

/** In a safetensors file, a JSON header follows the first eight bytes; in an IDX file, sizes do. */
function isSafetensors(bytes: Uint8Array): boolean {
  return bytes[8] === "{".charCodeAt(0);
}

async function readModel(name: string, bytes: Uint8Array, engine: Engine): Promise<Autoencoder> {
  try {
    return await Autoencoder.fromSafetensors(bytes, { engine });
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(`${name} is not an Isthmus model: ${error.message}`, { cause: error });
  }
}
