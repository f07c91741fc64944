import { preprocessorOf, SeriesPreprocessor } from "../data/index.js";
import { ArgumentError, type Autoencoder, ShapeError } from "../index.js";
import { loadImages } from "../node.js";
import { type DataShape, dataShapeOf, isBuiltIn } from "./fileFormat.js";
import { USED_DIGITS } from "./options.js";
import { assertBuiltIn, assertFile, builtInSource, numbersOf } from "./readData.js";
import { arraySource, assertColumns, pictureSides, timesText } from "./samplesSource.js";
import type { Source } from "./source.js";
import { openTable, usedSource } from "./tableSource.js";
import type { UsedDataOptions } from "./usedData.js";

/**
 * Opens data as a model takes them: what was learned about the data that it was trained on is applied.
 *
 * @throws {ArgumentError} for data of another kind
 * @throws {ShapeError} for samples of another shape
 */
export async function openForModel(
  name: string,
  options: UsedDataOptions,
  model: Autoencoder,
): Promise<Source> {
  const source = await opened(name, options, model);
  assertFits(source, model);
  return source;
}

async function opened(name: string, options: UsedDataOptions, model: Autoencoder): Promise<Source> {
  const preprocessor = preprocessorOf(model);
  if (isBuiltIn(name)) {
    assertBuiltIn(options);
    if (preprocessor) throw wrongKind(`the built-in ${name}`, preprocessor);
    return builtInSource(name, options, USED_DIGITS);
  }
  const shape = await dataShapeOf(name);
  assertFile(options);
  if (options.resize && shape !== "images") {
    throw new ArgumentError(`--resize is for PNG and JPEG images, which ${name} is not`);
  }
  if (!preprocessor) return samplesOf(name, shape, options, model);
  if (shape === "images" || shape === "arrays") throw wrongKind(name, preprocessor);
  return usedSource(name, await openTable(name, options), preprocessor);
}

function wrongKind(name: string, preprocessor: object): ArgumentError {
  const kind = preprocessor instanceof SeriesPreprocessor ? "series" : "tables";
  return new ArgumentError(
    `the model was trained on a table with named columns and takes ${kind} like it, which ${name} is not`,
  );
}

async function samplesOf(
  name: string,
  shape: DataShape,
  options: UsedDataOptions,
  { description, inputSize }: Autoencoder,
): Promise<Source> {
  if (shape !== "images") return arraySource(name, await numbersOf(name, shape, options));
  const [height, width, channels] =
    imageShapeOf(description.inputShape, inputSize) ?? refuseImages(name, inputSize);
  const images = await loadImages(name, {
    // What the model was trained on, in grey or in colours, is known; the size is changed only on request.
    ...((channels === 1 || channels === 3) && { channels }),
    ...(options.resize && { height, width }),
    ...(options.maxUnpacked !== undefined && { maximumBytes: options.maxUnpacked }),
  });
  const source = arraySource(name, images, "images");
  const sizes = [timesText(images.shape.slice(1, 3)), timesText([height, width])];
  if (sizes[0] !== sizes[1]) {
    throw new ShapeError(`${source.title}, but the model expects ${sizes[1]}; --resize resizes them`);
  }
  return source;
}

/** Height, width and channels of a model's samples; undefined if they are no images. Flat ones may be square. */
export function imageShapeOf(
  inputShape: readonly number[] | undefined,
  inputSize: number,
): [height: number, width: number, channels: number] | undefined {
  if (inputShape?.length === 3) return [inputShape[0]!, inputShape[1]!, inputShape[2]!];
  const sides = inputShape ? undefined : pictureSides({ shape: [1, inputSize], columns: inputSize });
  return sides && [sides.height, sides.width, 1];
}

function refuseImages(name: string, inputSize: number): never {
  throw new ShapeError(`the model expects samples with ${inputSize} values, not images such as ${name}`);
}

/** @throws {ShapeError} unless the samples have the model's shape */
export function assertFits(
  source: Source,
  { inputSize, description }: Pick<Autoencoder, "inputSize" | "description">,
): void {
  assertColumns(source, inputSize, "samples");
  const [own, wanted] = [source.shape, description.inputShape];
  if (wanted === undefined || own.length < 2 || timesText(own) === timesText(wanted)) return;
  throw new ShapeError(
    `DATA (${source.title}) has samples of ${timesText(own)}, but the model expects ${timesText(wanted)}`,
  );
}
