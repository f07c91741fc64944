import { ArgumentError, DivergedError, EngineError, ShapeError } from "../errors.js";
import type { Learner } from "../model/learner.js";
import type { Seed } from "../model/seed.js";
import { TrainingStep } from "../model/trainingStep.js";
import { Callbacks, type TrainedModel, type TrainingRun } from "./callbacks.js";
import type { Gate } from "./gate.js";
import { emptyHistory, type History } from "./history.js";
import type { CheckedFitOptions, EpochLog } from "./options.js";
import { meanLosses } from "./predict.js";
import { assertResumable, type Progress, runOptions } from "./run.js";
import { checkValues, ELEMENTS_PER_TURN, type Rows } from "./samples.js";
import { assertRepeatable, type StreamedRows, toInput } from "./stream.js";
import { StreamedData } from "./streamedData.js";
import { type BatchSource, TrainingData } from "./trainingData.js";
import type { Work } from "./turns.js";

/** What a training works on. */
export interface FitContext {
  readonly learner: Learner;
  readonly seed: Seed;
  readonly model: TrainedModel;
  readonly gate: Gate;
  /** Kept up to date epoch by epoch, so that it survives an abort. */
  readonly progress: Progress;
  /** Whether to go on with the training that `progress` tells of, rather than to begin a new one. */
  readonly resumes: boolean;
  /** Told when everything was checked and training begins. */
  readonly onBegin: () => void;
}

/** Everything that a training consists of. */
interface Run extends FitContext {
  readonly options: CheckedFitOptions;
  readonly data: BatchSource;
  readonly validation: Rows | StreamedRows | undefined;
  readonly step: TrainingStep;
  readonly callbacks: Callbacks;
  readonly history: History;
  /** Whether it is to end early. */
  stopped: boolean;
  /** Whether there is an epoch to go back to the beginning of. */
  restorable: boolean;
}

/**
 * Trains a model; written as work that can pause (see turns.ts). Everything it allocates is given back however it
 * ends.
 */
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
  assertStreams(training, validation, options.epochs - done);
  yield* gate.pass();
  const unit = [learner.loss, ...options.metrics].includes("binaryCrossentropy");
  for (const rows of [samples, validation]) if (rows && "data" in rows) yield* checkValues(rows, unit);
  const data = sourceOf(context, training, options, unit);
  let step: TrainingStep | undefined;
  let run: Run | undefined;
  try {
    yield* data.open();
    step = new TrainingStep(learner, data.source, data.batchSize, options.metrics);
    progress.history = resumed ? progress.history : emptyHistory(options.metrics, described.validates);
    progress.options = described;
    const { history } = progress;
    run = beginRun(context, { options, data, validation, step, history });
    context.onBegin();
    yield* run.callbacks.trainBegin();
    while (!run.stopped && history.loss.length < options.epochs) yield* trainOneEpoch(run);
    yield* run.callbacks.trainEnd();
    return history;
  } catch (error) {
    // A worker that died leaves a step half done, and a stream that failed an epoch.
    if (run?.restorable && (error instanceof EngineError || data.failed)) learner.restore();
    throw error;
  } finally {
    step?.release();
    data.release();
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
  const callbacks = new Callbacks(parts.options.callbacks, seen);
  const run: Run = { ...context, ...parts, callbacks, stopped: false, restorable: false };
  return run;
}

function sourceOf(
  { learner, seed, gate }: FitContext,
  training: Rows | StreamedRows,
  { batchSize, shuffle, shuffleBuffer }: CheckedFitOptions,
  unit: boolean,
): BatchSource {
  const { engine } = learner.network;
  if ("data" in training) return new TrainingData(engine, training, { batchSize, shuffle, seed });
  return new StreamedData(engine, training, gate, { batchSize, shuffle, seed, shuffleBuffer, unit });
}

/** Training and validation samples. */
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

function assertStreams(
  training: Rows | StreamedRows,
  validation: Rows | StreamedRows | undefined,
  epochs: number,
): void {
  for (const rows of [training, validation]) {
    if (rows && !("data" in rows)) assertRepeatable(rows, epochs, `there are ${epochs} epochs`);
  }
}

/** Trains for one epoch, validates and records it; none of that when the run is stopped meanwhile. */
function* trainOneEpoch(run: Run): Work<void> {
  const { learner, options, history, progress, callbacks } = run;
  const epoch = history.loss.length + 1;
  yield* callbacks.epochBegin({ epoch, epochs: options.epochs });
  if (run.stopped) return;
  yield* learner.save();
  run.restorable = true;
  const log = yield* trainBatches(run, epoch);
  if (!log) return;
  const validated = yield* validate(run);
  record(history, log, validated);
  progress.epochs++;
  learner.keep();
  yield* callbacks.epochEnd({ ...log, ...validated });
}

/** Goes through the batches of an epoch; undefined when the run is stopped meanwhile. */
function* trainBatches(run: Run, epoch: number): Work<EpochLog | undefined> {
  const { learner, data, step, options, progress, callbacks, gate } = run;
  const { epochs, metrics } = options;
  const started = performance.now();
  const total = data.rows && Math.ceil(data.rows / data.batchSize);
  const metricSums = metrics.map(() => 0);
  let lossSum = 0;
  let rows = 0;
  let steps = 0;
  data.begin(progress.epochs);
  for (let batch = yield* data.next(); batch; batch = yield* data.next()) {
    yield* gate.pass();
    const place = { epoch, epochs, step: ++steps, ...(total !== undefined && { steps: total }) };
    callbacks.batchBegin(place);
    const plan = step.prepare(batch.rows, batch.indices, learner.clock.tick());
    yield plan;
    const sum = step.lossSum(batch.rows);
    lossSum += sum;
    rows += batch.rows;
    if (!Number.isFinite(lossSum)) throw diverged(learner, epoch, steps);
    step.metricSums(batch.rows, sum).forEach((value, index) => {
      metricSums[index]! += value;
    });
    callbacks.batchEnd({ ...place, loss: lossSum / rows });
    yield;
    if (run.stopped) return undefined;
  }
  if (!(yield* allFinite(learner.network.values))) throw diverged(learner, epoch, steps);
  const seconds = (performance.now() - started) / 1000;
  const means = metricSums.map((sum, index) => [metrics[index]!, sum / rows]);
  return {
    epoch,
    epochs,
    steps,
    loss: lossSum / rows,
    ...(metrics.length > 0 && { metrics: Object.fromEntries(means) }),
    seconds,
    msPerStep: (seconds * 1000) / steps,
  };
}

/** Loss and metrics of the validation data, if there are any. */
function* validate(run: Run): Work<Pick<EpochLog, "valLoss" | "valMetrics">> {
  const { learner, validation, options, gate } = run;
  if (!validation) return {};
  const { metrics } = options;
  const others = metrics.filter((name) => name !== learner.loss);
  const [valLoss, ...means] = yield* meanLosses(learner.network, [learner.loss, ...others], validation, gate);
  if (metrics.length === 0) return { valLoss: valLoss! };
  const named = metrics.map((name) => [name, name === learner.loss ? valLoss : means[others.indexOf(name)]]);
  return { valLoss: valLoss!, valMetrics: Object.fromEntries(named) };
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

function record(
  history: History,
  { loss, metrics, seconds }: EpochLog,
  { valLoss, valMetrics }: Pick<EpochLog, "valLoss" | "valMetrics">,
): void {
  history.loss.push(loss);
  history.seconds.push(seconds);
  if (valLoss !== undefined) history.valLoss.push(valLoss);
  for (const [name, series] of Object.entries(history.metrics))
    series.push(metrics![name as keyof typeof metrics]!);
  for (const [name, series] of Object.entries(history.valMetrics)) {
    series.push(valMetrics![name as keyof typeof valMetrics]!);
  }
}
