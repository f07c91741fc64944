import { Autoencoder } from "../autoencoder/autoencoder.js";
import { integer, show } from "../common/check.js";
import { FormatError } from "../common/errors.js";
import { scalingTensors, takeScaling } from "../data/scaling.js";
import type { Engine } from "../engine/engine.js";
import { encodeSafetensors, type NamedTensor } from "../formats/safetensors.js";
import { verifyChecksum, withChecksum } from "../saving/checksum.js";
import {
  DETECTOR_KEY,
  ENSEMBLE_KEY,
  modelText,
  orFormatError,
  parseMetadata,
  type SafetensorsFile,
  toDecoded,
} from "../saving/modelFile.js";
import { type Columns, checkColumns } from "./columns.js";
import { checkScore, type DetectionRule, readRule } from "./detectionThreshold.js";
import { Ensemble, type Member } from "./ensemble.js";

/** Version of the contents of `__metadata__["isthmus.ensembleDetector"]`. */
const VERSION = 1;

/** Name of the tensor with the columns' mean errors, within a member's part of the file. */
const MEAN_ERRORS = "meanErrors";

interface Fitted {
  readonly threshold: number;
  readonly rule: DetectionRule;
}

/** A detector as a safetensors file. Tensors of members have names that start with `members.0.` and so on. */
export function encodeEnsemble(
  { inputSize, columns, scaling, members }: Ensemble,
  { threshold, rule }: Fitted,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const tensors: NamedTensor[] = [...scalingTensors(scaling)];
  members.forEach(({ model, meanErrors }, index) => {
    for (const weight of model.getWeights())
      tensors.push({ ...weight, name: `members.${index}.${weight.name}` });
    tensors.push({ name: `members.${index}.${MEAN_ERRORS}`, shape: [meanErrors.length], data: meanErrors });
  });
  const description = JSON.stringify({
    version: VERSION,
    threshold,
    rule,
    inputSize,
    columns: columns.map(({ name, features }) => ({ name, features })),
    members: members.map(({ model }) => JSON.parse(modelText(model.description))),
  });
  return encodeSafetensors(
    tensors,
    withChecksum(tensors, { format: "pt", ...metadata, [ENSEMBLE_KEY]: description }),
  );
}

/** What the file stores besides the tensors. */
interface Described extends Fitted {
  readonly columns: Columns;
  readonly inputSize: number;
  readonly members: readonly unknown[];
}

/**
 * Loads the detector from a file, on an engine.
 *
 * @throws {FormatError} if the file does not contain a detector, or is damaged
 */
export async function decodeEnsemble(
  file: SafetensorsFile,
  engine: Engine,
): Promise<Fitted & { ensemble: Ensemble }> {
  const { tensors, metadata } = toDecoded(file);
  const text = metadata[ENSEMBLE_KEY];
  if (text === undefined) throw new FormatError(noEnsemble(metadata));
  verifyChecksum(tensors.values(), metadata);
  const { threshold, rule, columns, inputSize, members } = readDescription(text);
  const { others, parameters } = takeScaling([...tensors.values()], inputSize);
  if (!parameters) throw new FormatError("the file has no tensors scaling.offset and scaling.scale");
  const read: Member[] = [];
  try {
    for (let index = 0; index < members.length; index++) {
      read.push(await readMember(index, members[index], others, { columns, inputSize, engine }));
    }
    return { threshold, rule, ensemble: new Ensemble(columns, parameters, read) };
  } catch (error) {
    await Promise.all(read.map(({ model }) => model.dispose()));
    throw error;
  }
}

function noEnsemble(metadata: Readonly<Record<string, string>>): string {
  return metadata[DETECTOR_KEY] === undefined
    ? `the file has no detector of detectAnomalies (__metadata__["${ENSEMBLE_KEY}"])`
    : "the file holds an AnomalyDetector with its model; read it with loadDetector or AnomalyDetector.fromSafetensors";
}

function readDescription(text: string): Described {
  const parsed = parseMetadata(ENSEMBLE_KEY, "the detector", text, VERSION) as Record<string, unknown>;
  return orFormatError("the description of the detector is not valid", () => {
    const { members } = parsed;
    if (!Array.isArray(members) || members.length === 0) {
      throw new FormatError(`members must be an array of at least one model, not ${show(members)}`);
    }
    const inputSize = integer("inputSize", parsed.inputSize);
    return {
      threshold: checkScore("threshold", parsed.threshold),
      rule: readRule(parsed.rule),
      inputSize,
      columns: checkColumns(parsed.columns, inputSize),
      members,
    };
  });
}

/** Loads a member from the tensors whose names start with its prefix. */
async function readMember(
  index: number,
  description: unknown,
  tensors: readonly NamedTensor[],
  { columns, inputSize, engine }: { columns: Columns; inputSize: number; engine: Engine },
): Promise<Member> {
  const prefix = `members.${index}.`;
  const own = new Map<string, NamedTensor>();
  for (const tensor of tensors) {
    if (!tensor.name.startsWith(prefix)) continue;
    const name = tensor.name.slice(prefix.length);
    own.set(name, { ...tensor, name });
  }
  const meanErrors = own.get(MEAN_ERRORS)?.data;
  own.delete(MEAN_ERRORS);
  if (
    !(meanErrors instanceof Float64Array) ||
    meanErrors.length !== columns.length ||
    !meanErrors.every((error) => error >= 0 && error < Infinity)
  ) {
    throw new FormatError(
      `the tensor ${prefix}${MEAN_ERRORS} must hold ${columns.length} float64 that are finite and at least 0`,
    );
  }
  const metadata = { isthmus: JSON.stringify(description) };
  const model = await Autoencoder.fromSafetensors({ tensors: own, metadata }, { engine });
  if (model.description.inputSize === inputSize) return { model, meanErrors };
  await model.dispose();
  throw new FormatError(
    `member ${index} takes samples of ${model.description.inputSize} features, but the detector has ${inputSize}`,
  );
}
