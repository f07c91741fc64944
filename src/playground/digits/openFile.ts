import { Autoencoder, type Engine, FormatError, ShapeError } from "../../index.js";
import { readPictures } from "./pictureFile.js";
import { PIXELS, SIDE } from "./pictures.js";

/** What a file holds. */
export type Opened =
  | { readonly kind: "pictures"; readonly pictures: Uint8Array }
  | { readonly kind: "model"; readonly model: Autoencoder };

/**
 * Reads a file of pictures, or of a model, whichever it is.
 *
 * @throws {FormatError} when it is neither, or not a whole one; the message names the file
 * @throws {ShapeError} for a model of samples of another width
 */
export async function openFile(name: string, bytes: Uint8Array, engine: Engine): Promise<Opened> {
  if (!isSafetensors(bytes)) return { kind: "pictures", pictures: await readPictures(name, bytes) };
  const model = await readModel(name, bytes, engine);
  if (model.inputSize === PIXELS) return { kind: "model", model };
  const { inputSize } = model;
  await model.dispose();
  throw new ShapeError(
    `${name} is a model of samples of ${inputSize} values, but this page takes models of pictures of ` +
      `${SIDE}×${SIDE}, which are ${PIXELS} values`,
  );
}

/** After eight bytes with its length, the header of a safetensors file is a JSON object; in IDX, sizes stand there. */
function isSafetensors(bytes: Uint8Array): boolean {
  return bytes[8] === "{".charCodeAt(0);
}

async function readModel(name: string, bytes: Uint8Array, engine: Engine): Promise<Autoencoder> {
  try {
    return await Autoencoder.fromSafetensors(bytes, { engine });
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(`${name} is no model of Isthmus: ${error.message}`, { cause: error });
  }
}
