import { readFile } from "node:fs/promises";
import { unreadable } from "../files/inPath.js";
import { ArgumentError, type AutoencoderOptions, FormatError, IsthmusError } from "../index.js";
import { checkLayer } from "../layers/layers.js";
import type { TrainingFlags } from "./architecture.js";
import { timesText } from "./samplesSource.js";
import type { Source } from "./source.js";
import { flagOf } from "./tableOptions.js";

/** Flags that such a file settles. */
const SETTLED = [
  ...["latent", "hidden", "conv", "activation", "loss", "optimizer", "learningRate", "scaling", "corruption"],
  ...["dropout", "sparsity", "tied", "variational", "beta", "betaWarmup", "schedule", "warmup"],
  ...["clipValue", "clipNorm", "globalClipNorm", "l1", "l2"],
] as const satisfies readonly (keyof TrainingFlags)[];

/**
 * Reads the description of a model from a JSON file, as `Autoencoder.description` has it and `inspect --architecture` prints
 * it. The shape of a sample and the seed may be left out.
 *
 * @param seed the user's; undefined if none was given
 * @throws {ArgumentError} for flags that the file settles, and for layers that the library does not know
 * @throws {FormatError} if the file is not a JSON object
 */
export async function loadArchitecture(
  path: string,
  { columns, shape, title }: Pick<Source, "columns" | "shape" | "title">,
  flags: TrainingFlags,
  seed: number | undefined,
): Promise<AutoencoderOptions> {
  const settled = SETTLED.find((name) => flags[name] !== undefined);
  if (settled) {
    throw new ArgumentError(`${flagOf(settled)} and --architecture cannot be used together: ${path} says it`);
  }
  const { version: _, ...given } = await parsed(path);
  const { inputShape, inputSize } = given as Partial<AutoencoderOptions>;
  const wanted = inputShape ?? (inputSize === undefined ? undefined : [inputSize]);
  const size = wanted?.reduce((product, length) => product * length, 1);
  const same = shape.length < 2 || !inputShape || timesText(shape) === timesText(inputShape);
  if (size !== undefined && (size !== columns || !same)) {
    throw new ArgumentError(
      `${path} describes a model of samples of ${timesText(wanted!)}, but DATA (${title}) has samples of ${timesText(shape)}`,
    );
  }
  const layers = { encoder: checked(path, given, "encoder"), decoder: checked(path, given, "decoder") };
  const own = wanted ? {} : shape.length > 1 ? { inputShape: shape } : { inputSize: columns };
  return { ...given, ...own, ...layers, ...(seed !== undefined && { seed }) } as AutoencoderOptions;
}

async function parsed(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw unreadable(path, error);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(`${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new FormatError(`${path} must hold an object with the layers as "encoder" and "decoder"`);
}

/** The layers of a half, checked one by one, so that messages say which one is wrong. */
function checked(path: string, given: Record<string, unknown>, half: "encoder" | "decoder") {
  const layers = given[half];
  if (!Array.isArray(layers))
    throw new ArgumentError(`${path} must have an array of layers as ${JSON.stringify(half)}`);
  return layers.map((layer: unknown, index) => {
    const place = `${half}[${index}]`;
    try {
      return checkLayer(place, layer);
    } catch (error) {
      if (!(error instanceof IsthmusError)) throw error;
      const { message } = error;
      throw new ArgumentError(`${path}: ${message.includes(place) ? "" : `${place}: `}${message}`, {
        cause: error,
      });
    }
  });
}
