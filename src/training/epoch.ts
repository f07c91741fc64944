import { DivergedError } from "../errors.js";
import type { Learner } from "../model/learner.js";
import type { Seed } from "../model/seed.js";
import type { TrainingStep } from "../model/trainingStep.js";
import type { Callbacks, TrainedModel } from "./callbacks.js";
import type { Gate } from "./gate.js";
import type { History } from "./history.js";
import type { CheckedFitOptions, EpochLog } from "./options.js";
import { meanLosses } from "./predict.js";
import type { Progress } from "./run.js";
import { ELEMENTS_PER_TURN, type Rows } from "./samples.js";
import type { StreamedRows } from "./stream.js";
import type { BatchSource } from "./trainingData.js";
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
export interface Run extends FitContext {
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

/** Trains for one epoch, validates and records it; none of that when the run is stopped meanwhile. */
export function* trainOneEpoch(run: Run): Work<void> {
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
