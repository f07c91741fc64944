import { ArgumentError, EngineError, ShapeError } from "../errors.js";
import { TrainingStep } from "../model/trainingStep.js";
import { Callbacks, type TrainingRun } from "./callbacks.js";
import { type FitContext, type Run, trainOneEpoch } from "./epoch.js";
import { emptyHistory, type History } from "./history.js";
import type { CheckedFitOptions } from "./options.js";
import { assertResumable, runOptions } from "./run.js";
import { checkValues, type Rows } from "./samples.js";
import { assertRepeatable, type StreamedRows, toInput } from "./stream.js";
import { StreamedData } from "./streamedData.js";
import { type BatchSource, TrainingData } from "./trainingData.js";
import type { Work } from "./turns.js";

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
    // Whatever an earlier training left off in the middle of is what this one begins with.
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
