import { ArgumentError, DivergedError, EngineError, ShapeError } from "../errors.js";
import type { Lifetime } from "../lifetime.js";
import type { Learner } from "../model/learner.js";
import { wantsUnitRange } from "../model/losses.js";
import type { Seed } from "../model/seed.js";
import { TrainingStep } from "../model/trainingStep.js";
import { emptyHistory, type History } from "./history.js";
import type { CheckedFitOptions, EpochLog } from "./options.js";
import { evaluationOf } from "./predict.js";
import { checkValues, ELEMENTS_PER_TURN, type Rows, toRows } from "./samples.js";
import { fitScaling } from "./scaledRows.js";
import { TrainingData } from "./trainingData.js";
import type { Work } from "./turns.js";

/** What a training run works on. */
export interface FitContext {
  readonly learner: Learner;
  readonly seed: Seed;
  /** Epochs that the model has been trained for before; the order of the samples goes on from there. */
  readonly firstEpoch: number;
  /** The model's. */
  readonly lifetime: Lifetime;
  /** Told the history as soon as there is one, so that it survives an abort. */
  readonly onHistory: (history: History) => void;
}

/**
 * Trains a model; written as work that can pause (see turns.ts). Everything it allocates is given back however it
 * ends.
 */
export function* fitModel(context: FitContext, samples: Rows, options: CheckedFitOptions): Work<History> {
  const { learner } = context;
  const { scaling } = learner.network;
  const [training, validation] = divide(samples, options);
  assertMonitored(learner, validation);
  options.signal?.throwIfAborted();
  const unit = wantsUnitRange(learner.loss) && !scaling;
  yield* checkValues(samples, unit);
  if (options.validationData !== undefined) yield* checkValues(validation!, unit);
  if (scaling) yield* fitScaling(scaling, training, validation ? [samples, validation] : [samples]);
  const history = emptyHistory();
  context.onHistory(history);
  const data = new TrainingData(learner.network.engine, training, scaling);
  let step: TrainingStep | undefined;
  try {
    yield* data.load(training);
    step = new TrainingStep(learner, data.source(!options.shuffle), Math.min(options.batchSize, data.rows));
    for (let epoch = 1; epoch <= options.epochs; epoch++) {
      yield* learner.save();
      const log = yield* trainEpoch(context, step, data, options, epoch);
      const valLoss = validation && (yield* evaluationOf(learner, validation)).loss;
      learner.clock.learningRate.endEpoch({ loss: log.loss, valLoss });
      record(history, log, valLoss);
      const told = options.onEpochEnd?.(valLoss === undefined ? log : { ...log, valLoss });
      if (told) yield context.lifetime.orEnd(told);
    }
    return history;
  } catch (error) {
    // A worker that died leaves a step half done.
    if (error instanceof EngineError) learner.restore();
    throw error;
  } finally {
    step?.release();
    data.release();
  }
}

/** A learning rate that follows the validation's loss needs one. */
function assertMonitored({ clock }: Learner, validation: Rows | undefined): void {
  if (clock.learningRate.monitor === "valLoss" && !validation) {
    throw new ArgumentError(
      "reduceOnPlateau follows valLoss, but there is nothing to validate with: give validationData or " +
        'validationSplit, or set its monitor to "loss"',
    );
  }
}

/** Training and validation samples. */
function divide(samples: Rows, options: CheckedFitOptions): [Rows, Rows | undefined] {
  const { columns } = samples;
  if (options.validationData !== undefined) {
    return [samples, toRows("validationData", options.validationData, columns)];
  }
  if (options.validationSplit === 0) return [samples, undefined];
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

function* trainEpoch(
  { learner, seed, firstEpoch }: FitContext,
  step: TrainingStep,
  data: TrainingData,
  { epochs, batchSize, shuffle, onBatchEnd, signal }: CheckedFitOptions,
  epoch: number,
): Work<EpochLog> {
  const started = performance.now();
  const steps = Math.ceil(data.rows / batchSize);
  data.order(shuffle, seed, firstEpoch + epoch - 1);
  let sum = 0;
  let reconstruction = 0;
  let divergence = 0;
  for (let index = 0; index < steps; index++) {
    signal?.throwIfAborted();
    const first = index * batchSize;
    const rows = Math.min(batchSize, data.rows - first);
    const plan = step.prepare(rows, data.indexAt(first), learner.clock.tick(), firstEpoch + epoch - 1);
    yield plan;
    const losses = step.losses(rows);
    sum += losses.loss;
    reconstruction += losses.reconstruction;
    divergence += losses.divergence;
    if (!Number.isFinite(sum)) throw diverged(learner, epoch, index + 1);
    onBatchEnd?.({ epoch, epochs, step: index + 1, steps, loss: sum / (first + rows) });
    yield;
  }
  if (!(yield* allFinite(learner.network.values))) throw diverged(learner, epoch, steps);
  const seconds = (performance.now() - started) / 1000;
  const means = learner.task.latent && {
    reconstructionLoss: reconstruction / data.rows,
    klLoss: divergence / data.rows,
  };
  return {
    epoch,
    epochs,
    steps,
    loss: sum / data.rows,
    ...means,
    seconds,
    msPerStep: (seconds * 1000) / steps,
  };
}

/** Whether all values are finite; pauses now and then. */
function* allFinite(values: Float32Array): Work<boolean> {
  for (let start = 0; start < values.length; start += ELEMENTS_PER_TURN) {
    const end = Math.min(start + ELEMENTS_PER_TURN, values.length);
    for (let i = start; i < end; i++) {
      // NaN and the infinities are the only numbers that do not cancel themselves.
      if (values[i]! - values[i]! !== 0) return false;
    }
    yield;
  }
  return true;
}

function diverged(learner: Learner, epoch: number, step: number): DivergedError {
  learner.restore();
  return new DivergedError(
    `the loss or a weight stopped being finite in epoch ${epoch}, step ${step}; the weights from before that epoch are kept. ` +
      "Try a lower learning rate, or data scaled to a smaller range",
  );
}

function record(history: History, log: EpochLog, valLoss: number | undefined): void {
  history.loss.push(log.loss);
  if (log.reconstructionLoss !== undefined) history.reconstructionLoss.push(log.reconstructionLoss);
  if (log.klLoss !== undefined) history.klLoss.push(log.klLoss);
  history.seconds.push(log.seconds);
  if (valLoss !== undefined) history.valLoss.push(valLoss);
}
