import { integer, knownKeys, show } from "../common/check.js";
import { ArgumentError, FormatError } from "../common/errors.js";
import type { ScalingParameters } from "../data/scaling.js";
import type { NamedTensor } from "../formats/safetensors.js";
import type { CheckedDescription } from "../network/description.js";
import type { Learner, LearnerState } from "../network/learner.js";
import { checkWeights, fillParameters, type NamedWeight } from "../network/namedWeights.js";
import type { Network } from "../network/network.js";
import { checkFitOptions, checkMetrics } from "../training/fitOptions.js";
import type { History } from "../training/history.js";
import type { Progress, TrainingOptions } from "../training/progress.js";
import {
  decodeModelFile,
  encodeModel,
  orFormatError,
  parseMetadata,
  type SafetensorsFile,
} from "./modelFile.js";
import { preprocessorMetadata } from "./preprocessorText.js";

/** Format version of `__metadata__.training`. */
const VERSION = 1;

/** The random number generator counts epochs in 32 bits. */
const MOST_EPOCHS = 2 ** 32 - 1;
/** Leaves enough room below the largest safe integer for all further steps. */
const MOST_STEPS = 2 ** 52;

/** The contents of `__metadata__.training`, as JSON. */
interface TrainingMetadata {
  readonly version: number;
  /** Steps that the optimizer has taken. */
  readonly steps: number;
  /** The learning rate's state, which may depend on earlier losses. */
  readonly learningRate: readonly number[];
  readonly epochs: number;
  readonly history: History;
  readonly options: TrainingOptions | null;
}

/** The contents of a checkpoint. */
export interface Checkpoint {
  readonly description: CheckedDescription;
  /** In the order of the model's parameters, checked. */
  readonly weights: readonly Float32Array[];
  readonly scaling: ScalingParameters | undefined;
  /** One array per weight for each of the optimizer's slots. Older files number the slots. */
  readonly slots: ReadonlyMap<string, readonly NamedTensor[]>;
  readonly steps: number;
  readonly rate: readonly number[];
  readonly progress: Progress;
  /** The preprocessor as JSON text; undefined if there is none. */
  readonly preprocessor: string | undefined;
}

/**
 * Writes a checkpoint as a safetensors file: the model's file with the optimizer's slots as further tensors, with names
 * such as `optimizer.firstMoment.encoder.0.weight`, and the progress of training as JSON in `__metadata__.training`. The
 * seed and the number of epochs determine the order of samples and all random numbers, so no more state is needed.
 *
 * @param preprocessor what makes the samples, as JSON text
 */
export function encodeCheckpoint(
  description: CheckedDescription,
  { network, state, slots }: Learner,
  { epochs, history, options }: Progress,
  preprocessor: string | undefined,
): Uint8Array {
  const prefixes = ["", ...Array.from(slots.keys(), (slot) => `optimizer.${slot}.`)];
  const [weights, ...kept] = state.states.map((values, index) =>
    network.parameters.map((parameter): NamedWeight => {
      const { name, shape } = parameter;
      return { name: prefixes[index]! + name, shape, data: parameter.read(values) };
    }),
  );
  const training: TrainingMetadata = {
    version: VERSION,
    steps: state.steps,
    learningRate: state.rate,
    epochs,
    history,
    options: options ?? null,
  };
  const scaling = network.scaling?.parameters;
  const metadata = { training: JSON.stringify(training), ...preprocessorMetadata(preprocessor) };
  return encodeModel(description, weights!, scaling, kept.flat(), metadata);
}

/**
 * Reads what `encodeCheckpoint` wrote.
 *
 * @throws {FormatError} if the file is not a checkpoint
 */
export function decodeCheckpoint(file: SafetensorsFile): Checkpoint {
  const { description, weights, scaling, others, preprocessor, metadata } = decodeModelFile(file);
  if (metadata.training === undefined) {
    throw new FormatError(
      "the file is a model without training state (__metadata__.training), so training cannot resume from it",
    );
  }
  const { steps, learningRate, epochs, history, options } = readTraining(metadata.training, description);
  const slots = new Map<string, NamedTensor[]>();
  for (const tensor of others) {
    const [, slot, name] = /^optimizer\.(\w{1,40})\.(.*)$/s.exec(tensor.name) ?? [];
    if (slot === undefined || name === undefined)
      throw new FormatError(`the checkpoint has an unknown tensor ${show(tensor.name)}`);
    if (!slots.has(slot)) slots.set(slot, []);
    slots.get(slot)!.push({ ...tensor, name });
  }
  const progress: Progress = { epochs, history, options: options ?? undefined };
  return { description, weights, scaling, slots, steps, rate: learningRate, progress, preprocessor };
}

/**
 * The history in a checkpoint's `__metadata__.training`. This reads nothing else of the file, so load the model first:
 * loading verifies the file.
 *
 * @throws {FormatError} if the text does not describe a training of such a model
 */
export function readHistory(training: string, description: CheckedDescription): History {
  return readTraining(training, description).history;
}

function readTraining(text: string, { latent }: CheckedDescription): Omit<TrainingMetadata, "version"> {
  const parsed = parseMetadata("training", "the training", text, VERSION);
  return orFormatError("the state of the training is not valid", () =>
    checkTraining(parsed, latent !== undefined),
  );
}

/**
 * Arranges the state of a checkpoint in the order of a learner's parameters.
 *
 * @throws {FormatError} if the slots do not match the learner's optimizer
 */
export function toLearnerState(learner: Learner, { weights, slots, steps, rate }: Checkpoint): LearnerState {
  const { network, optimizer, clock } = learner;
  orFormatError("the number of steps is not valid", () => clock.check(steps));
  const wanted = [...learner.slots.keys()];
  // Older files number the slots.
  const found = wanted.map((name, index) => slots.get(name) ?? slots.get(String(index)));
  if (slots.size !== wanted.length || found.includes(undefined)) {
    const names = (of: Iterable<string>) => [...of].map(show).join(", ") || "none";
    throw new FormatError(
      `the checkpoint has the optimizer's slots ${names(slots.keys())}, but ${optimizer.kind} has ${names(wanted)}`,
    );
  }
  const checked = (found as NamedTensor[][]).map((tensors) =>
    orFormatError("the optimizer's slots do not fit the model", () =>
      checkWeights(network.parameters, tensors),
    ),
  );
  const states = [weights, ...checked].map((arrays) => laidOut(network, arrays));
  orFormatError("the state of the learning rate is not valid", () => clock.learningRate.check(rate));
  return { states, steps, rate };
}

function laidOut(network: Network, arrays: readonly Float32Array[]): Float32Array {
  const values = new Float32Array(network.values.length);
  fillParameters(network, values, arrays);
  return values;
}

function checkTraining(parsed: object, variational: boolean): Omit<TrainingMetadata, "version"> {
  knownKeys("the training", parsed, ["steps", "learningRate", "epochs", "history", "options"]);
  const { steps, learningRate, epochs, history, options } = parsed as Partial<TrainingMetadata>;
  const checkedOptions = options === null ? null : checkRunOptions(options);
  const checkedHistory = checkHistory(history, checkedOptions, variational);
  const done = checkedHistory.loss.length;
  if (integer("epochs", epochs, 0) < done) {
    throw new ArgumentError(`epochs is ${epochs}, but the history has ${done}`);
  }
  return {
    steps: atMost(MOST_STEPS, "steps", steps),
    learningRate: learningRate ?? [],
    epochs: atMost(MOST_EPOCHS, "epochs", epochs),
    history: checkedHistory,
    options: checkedOptions,
  };
}

/** Checks a count against its limit. */
function atMost(most: number, name: string, value: unknown): number {
  if (integer(name, value, 0) > most) {
    throw new ArgumentError(`${name} must be at most ${most}, not ${show(value)}`);
  }
  return value as number;
}

function checkRunOptions(options: unknown): TrainingOptions {
  const keys = [
    "epochs",
    "batchSize",
    "shuffle",
    "shuffleBuffer",
    "validationSplit",
    "validates",
    "metrics",
    "rows",
  ] as const satisfies readonly (keyof TrainingOptions)[];
  knownKeys("the training", options as object, keys);
  const missing = keys.find((key) => !(key in (options as object)));
  if (missing) throw new ArgumentError(`the option ${missing} of the training is missing`);
  const { validates, rows, shuffleBuffer, ...rest } = options as TrainingOptions;
  if (typeof validates !== "boolean") throw new ArgumentError("validates must be true or false");
  const { epochs, batchSize, shuffle, validationSplit } = checkFitOptions(rest);
  return {
    epochs,
    batchSize,
    shuffle,
    shuffleBuffer: shuffleBuffer === null ? null : integer("shuffleBuffer", shuffleBuffer),
    validationSplit,
    validates,
    metrics: checkMetrics("metrics", rest.metrics),
    rows: rows === null ? null : integer("rows", rows),
  };
}

/** Checks that the history has the series that its training options require, all of the same length. */
function checkHistory(history: unknown, options: TrainingOptions | null, variational: boolean): History {
  knownKeys("the history", history as object, [
    "loss",
    "reconstructionLoss",
    "klLoss",
    "valLoss",
    "metrics",
    "valMetrics",
    "seconds",
  ]);
  const { loss, reconstructionLoss, klLoss, valLoss, metrics, valMetrics, seconds } = history as History;
  const epochs = checkSeries("loss", loss).length;
  const expect = (name: string, series: unknown, length: number) => {
    if (checkSeries(name, series).length !== length) {
      throw new ArgumentError(`${name} of the history must have ${length} entries`);
    }
  };
  expect("reconstructionLoss", reconstructionLoss, variational ? epochs : 0);
  expect("klLoss", klLoss, variational ? epochs : 0);
  expect("seconds", seconds, epochs);
  expect("valLoss", valLoss, options?.validates ? epochs : 0);
  const names = options?.metrics ?? [];
  for (const [name, group, wanted] of [
    ["metrics", metrics, names],
    ["valMetrics", valMetrics, options?.validates ? names : []],
  ] as const) {
    knownKeys(`${name} of the history`, group, wanted);
    for (const metric of wanted) expect(`${name}.${metric}`, group[metric], epochs);
  }
  if (options && epochs > options.epochs) throw new ArgumentError("the history is longer than the training");
  return { loss, reconstructionLoss, klLoss, valLoss, metrics, valMetrics, seconds };
}

function checkSeries(name: string, series: unknown): readonly number[] {
  if (
    !Array.isArray(series) ||
    !series.every((value) => typeof value === "number" && Number.isFinite(value))
  ) {
    throw new ArgumentError(`${name} of the history must be an array of finite numbers, not ${show(series)}`);
  }
  return series;
}
