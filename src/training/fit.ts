import { ArgumentError, EngineError, ShapeError } from "../common/errors.js";
import { checkValues, type Rows, type Wanted } from "../data/samples.js";
import type { Scaling } from "../data/scaling.js";
import type { Work } from "../engine/turns.js";
import type { Learner } from "../network/learner.js";
import { wantsUnitRange } from "../network/losses.js";
import type { MetricName } from "../network/stepMetrics.js";
import { TrainingStep } from "../network/trainingStep.js";
import { Callbacks, type TrainingRun } from "./callbacks.js";
import { type FitContext, type Run, trainOneEpoch } from "./epoch.js";
import type { CheckedFitOptions } from "./fitOptions.js";
import { emptyHistory, type History } from "./history.js";
import { assertResumable, runOptions } from "./progress.js";
import { assertRepeatable, type StreamedRows, toInput } from "./sampleStream.js";
import { learnScaling, scaleAll } from "./scaledRows.js";
import { StreamedData } from "./streamedData.js";
import { type BatchOptions, type BatchSource, TrainingData } from "./trainingData.js";

/** Trains a model, as work that can pause (see turns.ts). All memory is released, however training ends. */
export function* fitModel(
  context: FitContext,
  samples: Rows | StreamedRows,
  options: CheckedFitOptions,
): Work<History> {
  const { learner, progress, gate } = context;
  const [training, validation] = divide(samples, options);
  const described = runOptions(options, training, validation !== undefined);
  const resumed = context.resumes ? progress.options : undefined;
  const done = resumed ? progress.history.loss.length : 0;
  if (resumed) assertResumable(resumed, done, described);
  const { scaling } = learner.network;
  assertMetrics(scaling, options.metrics);
  assertStreams(training, validation, options.epochs - done, scaling);
  assertMonitored(learner, validation);
  yield* gate.pass();
  const unit = [learner.loss, ...options.metrics].some(wantsUnitRange);
  const learnt = yield* checkSamples(context, samples, options, { training, validation, unit });
  const data = sourceOf(context, training, options, { scaling: learnt, unit });
  let step: TrainingStep | undefined;
  let run: Run | undefined;
  try {
    yield* data.open();
    step = new TrainingStep(learner, data.source, data.batchSize, options.metrics);
    // All checks have passed, and nothing has been changed so far.
    if (scaling && learnt) scaling.parameters = learnt.fitted();
    // If an earlier training was interrupted, this one starts from the current values.
    learner.keep();
    progress.history = resumed ? progress.history : emptyHistory(options.metrics, described.validates);
    progress.options = described;
    const { history } = progress;
    run = beginRun(context, { options, data, validation, step, history });
    yield* run.callbacks.trainBegin();
    context.onBegin();
    while (!run.stopped && history.loss.length < options.epochs) yield* trainOneEpoch(run);
    yield* run.callbacks.trainEnd();
    return history;
  } catch (error) {
    // A worker that died leaves a half-finished step, and a failed stream a half-finished epoch.
    if (run?.restorable && (error instanceof EngineError || data.failed)) learner.restore();
    throw error;
  } finally {
    step?.release();
    data.release();
  }
}

/**
 * Checks all data in memory before anything changes. A scaling that has not learned yet does so in the same pass, or
 * from a stream. Training samples are scaled later, when they are copied into the engine's memory; validation samples
 * are scaled once as a check.
 *
 * @returns the scaling with its learned parameters, if the model has one
 */
function* checkSamples(
  { learner, gate }: FitContext,
  samples: Rows | StreamedRows,
  { validationData }: CheckedFitOptions,
  {
    training,
    validation,
    unit,
  }: { training: Rows | StreamedRows; validation: Rows | StreamedRows | undefined; unit: boolean },
): Work<Scaling | undefined> {
  const { scaling } = learner.network;
  const wanted: Wanted = scaling ? "finite" : unit ? "unit" : "float32";
  const learns = scaling !== undefined && scaling.parameters === undefined;
  // Learning from a stream takes a full read of it, so data in memory is checked first.
  const learn = () => learnScaling(scaling!, samples, "data" in training ? training.rows : 0, gate);
  let learnt = learns && "data" in samples ? yield* learn() : scaling;
  if (!learns && "data" in samples) yield* checkValues(samples, wanted);
  const given = validationData === undefined ? undefined : validation;
  if (given && "data" in given) yield* checkValues(given, wanted);
  if (learns && !("data" in samples)) learnt = yield* learn();
  if (!learnt || !validation || !("data" in validation)) return learnt;
  // Errors name and count held-out rows by their position among all samples.
  const [all, from] =
    given || !("data" in samples) ? [validation, 0] : [samples, samples.rows - validation.rows];
  yield* scaleAll(learnt, all, from, unit);
  return learnt;
}

/** A learning rate that follows the validation loss needs validation data. */
function assertMonitored({ clock }: Learner, validation: Rows | StreamedRows | undefined): void {
  if (clock.learningRate.monitor === "valLoss" && !validation) {
    throw new ArgumentError(
      "reduceOnPlateau follows valLoss, but there is nothing to validate with: give validationData or " +
        'validationSplit, or set its monitor to "loss"',
    );
  }
}

function beginRun(
  context: FitContext,
  parts: Pick<Run, "options" | "data" | "validation" | "step" | "history">,
): Run {
  const seen: TrainingRun = {
    model: context.model,
    epochs: parts.options.epochs,
    history: parts.history,
    validates: parts.validation !== undefined,
    stop() {
      run.stopped = true;
    },
  };
  const callbacks = new Callbacks(parts.options.callbacks, seen, context.gate);
  const run: Run = { ...context, ...parts, callbacks, stopped: false, restorable: false };
  return run;
}

function sourceOf(
  { learner, seed, gate }: FitContext,
  training: Rows | StreamedRows,
  { batchSize, shuffle, shuffleBuffer }: CheckedFitOptions,
  values: Pick<BatchOptions, "scaling" | "unit">,
): BatchSource {
  const { engine } = learner.network;
  const how = { batchSize, shuffle, seed, ...values };
  if ("data" in training) return new TrainingData(engine, training, how);
  return new StreamedData(engine, training, gate, { ...how, shuffleBuffer });
}

/** Splits the data into training and validation samples. */
function divide(
  samples: Rows | StreamedRows,
  options: CheckedFitOptions,
): [Rows | StreamedRows, Rows | StreamedRows | undefined] {
  const { columns } = samples;
  if (options.validationData !== undefined) {
    return [samples, toInput("validationData", options.validationData, columns)];
  }
  if (options.validationSplit === 0) return [samples, undefined];
  if (!("data" in samples)) {
    throw new ArgumentError("validationSplit is for samples in memory; for a stream give validationData");
  }
  const rows = Math.floor(samples.rows * (1 - options.validationSplit));
  if (rows === 0 || rows === samples.rows) {
    throw new ShapeError(
      `validationSplit ${options.validationSplit} of ${samples.rows} rows leaves ${rows} to train on ` +
        `and ${samples.rows - rows} to validate with; each needs at least one`,
    );
  }
  const part = (start: number, end: number): Rows => ({
    ...samples,
    data: samples.data.subarray(start * columns, end * columns),
    rows: end - start,
  });
  return [part(0, rows), part(rows, samples.rows)];
}

/** @throws {ArgumentError} for a metric that is not defined for the scaled samples */
function assertMetrics(scaling: Scaling | undefined, metrics: readonly MetricName[]): void {
  if (scaling?.kind !== "standard" || !metrics.includes("binaryCrossentropy")) return;
  throw new ArgumentError(
    'the metric binaryCrossentropy needs values from 0 to 1, which the scaling "standard" does not give',
  );
}

function assertStreams(
  training: Rows | StreamedRows,
  validation: Rows | StreamedRows | undefined,
  epochs: number,
  scaling: Scaling | undefined,
): void {
  const why = `there are ${epochs} epochs`;
  if (validation && !("data" in validation)) assertRepeatable(validation, epochs, why);
  if ("data" in training) return;
  if (!scaling || scaling.parameters) assertRepeatable(training, epochs, why);
  else assertRepeatable(training, epochs + 1, `the scaling has to learn from it first, and ${why}`);
}
