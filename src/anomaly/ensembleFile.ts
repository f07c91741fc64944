import { Autoencoder } from "../autoencoder/autoencoder.js";
import { integer, show } from "../common/check.js";
import { FormatError } from "../common/errors.js";
import { type ScalingParameters, scalingTensors, takeScaling } from "../data/scaling.js";
import type { Engine } from "../engine/engine.js";
import { type DecodedSafetensors, encodeSafetensors, type NamedTensor } from "../formats/safetensors.js";
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

/** A member of an ensemble as its file has it. */
export interface StoredMember {
  /** The member alone, as the file of a model. */
  readonly file: DecodedSafetensors;
  readonly meanErrors: Float64Array;
}

/** All that a detector's file has. */
export interface StoredEnsemble extends Omit<Described, "members"> {
  readonly scaling: ScalingParameters;
  readonly members: readonly StoredMember[];
}

/**
 * Reads a detector's file, without building its members.
 *
 * @throws {FormatError} if the file does not contain a detector, or is damaged
 */
export function readEnsembleFile(file: SafetensorsFile): StoredEnsemble {
  const { tensors, metadata } = toDecoded(file);
  const text = metadata[ENSEMBLE_KEY];
  if (text === undefined) throw new FormatError(noEnsemble(metadata));
  verifyChecksum(tensors.values(), metadata);
  const described = readDescription(text);
  const { others, parameters } = takeScaling([...tensors.values()], described.inputSize);
  if (!parameters) throw new FormatError("the file has no tensors scaling.offset and scaling.scale");
  const members = described.members.map((member, index) =>
    storedMember(index, member, others, described.columns.length),
  );
  return { ...described, scaling: parameters, members };
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
  const { threshold, rule, columns, inputSize, scaling, members } = readEnsembleFile(file);
  const read: Member[] = [];
  try {
    for (const [index, member] of members.entries()) {
      read.push(await buildMember(index, member, inputSize, engine));
    }
    return { threshold, rule, ensemble: new Ensemble(columns, scaling, read) };
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

/** Takes a member out of the tensors: its names start with its prefix. */
function storedMember(
  index: number,
  description: unknown,
  tensors: readonly NamedTensor[],
  columns: number,
): StoredMember {
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
    meanErrors.length !== columns ||
    !meanErrors.every((error) => error >= 0 && error < Infinity)
  ) {
    throw new FormatError(
      `the tensor ${prefix}${MEAN_ERRORS} must hold ${columns} float64 that are finite and at least 0`,
    );
  }
  return { file: { tensors: own, metadata: { isthmus: JSON.stringify(description) } }, meanErrors };
}

async function buildMember(
  index: number,
  { file, meanErrors }: StoredMember,
  inputSize: number,
  engine: Engine,
): Promise<Member> {
  const model = await Autoencoder.fromSafetensors(file, { engine });
  if (model.description.inputSize === inputSize) return { model, meanErrors };
  await model.dispose();
  throw new FormatError(
    `member ${index} takes samples of ${model.description.inputSize} features, but the detector has ${inputSize}`,
  );
}
