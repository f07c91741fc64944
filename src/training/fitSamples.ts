import { ArgumentError, ShapeError } from "../common/errors.js";
import { checkByEngine } from "../data/engineCheck.js";
import { checkExamples, type ExampleRows, isExamples, sliceOf, toExamples } from "../data/examples.js";
import { toOwnRows } from "../data/samples.js";
import type { Scaling } from "../data/scaling.js";
import type { Work } from "../engine/turns.js";
import type { Learner } from "../network/learner.js";
import { wantsUnitRange } from "../network/losses.js";
import type { CheckedFitOptions } from "./fitOptions.js";
import type { Gate } from "./gate.js";
import { assertRepeatable, type StreamedRows, toInput } from "./sampleStream.js";
import { learnScaling, scaleAll } from "./scaledRows.js";

/** The samples of a training run. */
export interface FitSamples {
  /** All that was given to train on, with what is held out of it. */
  readonly all: ExampleRows | StreamedRows;
  readonly training: ExampleRows | StreamedRows;
  readonly validation: ExampleRows | StreamedRows | undefined;
}

/** Divides the samples into those for training and those for validation. */
export function divide(all: ExampleRows | StreamedRows, options: CheckedFitOptions): FitSamples {
  const { validationData, validationSplit } = options;
  if (validationData !== undefined) {
    const [name, { columns }] = ["validationData", all];
    const validation = isExamples(validationData)
      ? toExamples(name, validationData, columns, toOwnRows)
      : toInput(name, validationData, columns);
    return { all, training: all, validation };
  }
  if (validationSplit === 0) return { all, training: all, validation: undefined };
  if (!("data" in all)) {
    throw new ArgumentError("validationSplit is for samples in memory; for a stream give validationData");
  }
  const rows = Math.floor(all.rows * (1 - validationSplit));
  if (rows === 0 || rows === all.rows) {
    throw new ShapeError(
      `validationSplit ${validationSplit} of ${all.rows} rows leaves ${rows} to train on ` +
        `and ${all.rows - rows} to validate with; each needs at least one`,
    );
  }
  return { all, training: sliceOf(all, 0, rows), validation: sliceOf(all, rows, all.rows) };
}

/**
 * Validation samples that must have targets, because training has: comparing with anything else would mislead.
 *
 * @throws {ArgumentError} if they have none; for a stream, when its chunks arrive
 */
export function withTargets(validation: ExampleRows | StreamedRows): ExampleRows | StreamedRows {
  if (!("data" in validation)) return { ...validation, examples: "with targets" };
  if (validation.targets) return validation;
  throw new ArgumentError(
    "there are targets to train on, so validationData must have targets as well: { samples, targets }",
  );
}

/** @throws {ArgumentError} if the model or the streams do not allow such a training run */
export function assertPossible(
  { network, clock }: Learner,
  { training, validation }: FitSamples,
  { metrics }: CheckedFitOptions,
  epochs: number,
): void {
  const { scaling } = network;
  if (scaling?.kind === "standard" && metrics.includes("binaryCrossentropy")) {
    throw new ArgumentError(
      'the metric binaryCrossentropy needs values from 0 to 1, which the scaling "standard" does not give',
    );
  }
  if (clock.learningRate.monitor === "valLoss" && !validation) {
    throw new ArgumentError(
      "reduceOnPlateau follows valLoss, but there is nothing to validate with: give validationData or " +
        'validationSplit, or set its monitor to "loss"',
    );
  }
  const why = `there are ${epochs} epochs`;
  if (validation && !("data" in validation)) assertRepeatable(validation, epochs, why);
  if ("data" in training) return;
  if (!scaling || scaling.parameters) assertRepeatable(training, epochs, why);
  else assertRepeatable(training, epochs + 1, `the scaling has to learn from it first, and ${why}`);
}

/** Whether cross-entropy, as the loss or as a metric, compares the targets: they must then lie in [0, 1]. */
export function comparesUnits({ loss }: Learner, { metrics }: CheckedFitOptions): boolean {
  return [loss, ...metrics].some(wantsUnitRange);
}

/**
 * Checks all data in memory before anything changes. A scaling that has not learned yet does so in the same pass, or
 * from a stream. Training samples are scaled later, when they are copied into the engine's memory; validation samples
 * are scaled once as a check.
 *
 * @returns the scaling with its learned parameters, if the model has one
 */
export function* checkSamples(
  learner: Learner,
  samples: FitSamples,
  options: CheckedFitOptions,
  gate: Gate,
): Work<Scaling | undefined> {
  const { all, training, validation } = samples;
  const { scaling, engine } = learner.network;
  const unit = comparesUnits(learner, options);
  const check = (rows: ExampleRows) => checkExamples(engine, rows, scaling !== undefined, unit);
  const learns = scaling !== undefined && scaling.parameters === undefined;
  // Learning from a stream takes a full read of it, so data in memory is checked first.
  const learn = () => learnScaling(scaling!, all, "data" in training ? training.rows : 0, gate);
  let learnt = learns && "data" in all ? yield* learn() : scaling;
  if ("data" in all) {
    if (!learns) yield* check(all);
    else if (all.targets) yield* checkByEngine(engine, all.targets, "finite");
  }
  const given = options.validationData === undefined ? undefined : validation;
  if (given && "data" in given) yield* check(given);
  if (learns && !("data" in all)) learnt = yield* learn();
  if (!learnt || !validation || !("data" in validation)) return learnt;
  // Errors name and count held-out rows by their position among all samples.
  const [rows, from] = given || !("data" in all) ? [validation, 0] : [all, all.rows - validation.rows];
  yield* scaleAll(learnt, rows, from, unit && !rows.targets);
  if (rows.targets) yield* scaleAll(learnt, rows.targets, from, unit);
  return learnt;
}
