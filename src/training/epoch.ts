import { DivergedError } from "../common/errors.js";
import type { Rows } from "../data/samples.js";
import type { Work } from "../engine/turns.js";
import type { Seed } from "../math/seed.js";
import type { Learner } from "../network/learner.js";
import type { MetricName } from "../network/stepMetrics.js";
import type { TrainingStep } from "../network/trainingStep.js";
import type { Callbacks, TrainedModel } from "./callbacks.js";
import { hasDiverged } from "./divergence.js";
import type { CheckedFitOptions } from "./fitOptions.js";
import type { Gate } from "./gate.js";
import type { History } from "./history.js";
import type { EpochLog } from "./logs.js";
import { type Measured, measure } from "./predict.js";
import type { Progress } from "./progress.js";
import type { StreamedRows } from "./sampleStream.js";
import type { BatchSource } from "./trainingData.js";

/** What a training run works on. */
export interface FitContext {
  readonly learner: Learner;
  readonly seed: Seed;
  readonly model: TrainedModel;
  readonly gate: Gate;
  /** Updated after each epoch, so that it survives an abort. */
  readonly progress: Progress;
  /** Whether to continue the training described by `progress`, instead of starting a new one. */
  readonly resumes: boolean;
  /** Called when everything has been checked and training starts. */
  readonly onBegin: () => void;
}

/** Everything that belongs to a training run. */
export interface Run extends FitContext {
  readonly options: CheckedFitOptions;
  readonly data: BatchSource;
  readonly validation: Rows | StreamedRows | undefined;
  readonly step: TrainingStep;
  readonly callbacks: Callbacks;
  readonly history: History;
  /** Whether training should end early. */
  stopped: boolean;
  /** Whether there is an epoch whose start can be restored. */
  restorable: boolean;
}

type Validated = Pick<EpochLog, "valLoss" | "valMetrics">;

/**
 * Trains for one epoch, validates and records it. If the run is stopped meanwhile, nothing is validated or recorded.
 */
export function* trainOneEpoch(run: Run): Work<void> {
  const { learner, options, history, progress, callbacks, validation } = run;
  const epoch = history.loss.length + 1;
  if (callbacks.hear("onEpochBegin")) yield* callbacks.epochBegin({ epoch, epochs: options.epochs });
  if (run.stopped) return;
  yield* learner.save();
  run.restorable = true;
  const log = yield* trainBatches(run, epoch);
  if (!log) return;
  const validated = validation && (yield* validate(run, epoch, validation));
  learner.clock.learningRate.endEpoch({ loss: log.loss, valLoss: validated?.valLoss });
  record(history, log, validated);
  progress.epochs++;
  learner.keep();
  if (callbacks.hear("onEpochEnd")) yield* callbacks.epochEnd(validated ? { ...log, ...validated } : log);
}

/** Runs the batches of an epoch. Returns undefined if the run is stopped meanwhile. */
function* trainBatches(run: Run, epoch: number): Work<EpochLog | undefined> {
  const { learner, data, step, options, progress, callbacks, gate } = run;
  const { epochs, metrics } = options;
  const started = performance.now();
  const total = data.rows && Math.ceil(data.rows / data.batchSize);
  const tellsBegin = callbacks.hear("onBatchBegin");
  const tellsEnd = callbacks.hear("onBatchEnd");
  const metricSums = metrics.length > 0 ? metrics.map(() => 0) : undefined;
  let sum = 0;
  let reconstruction = 0;
  let divergence = 0;
  let rows = 0;
  let steps = 0;
  let last = 0;
  data.begin(progress.epochs);
  for (;;) {
    if (data.refill) yield* data.refill();
    const count = data.next();
    if (count === 0) break;
    if (gate.paused) yield* gate.pass();
    else gate.check();
    steps++;
    const place =
      tellsBegin || tellsEnd
        ? { epoch, epochs, step: steps, ...(total !== undefined && { steps: total }) }
        : undefined;
    if (tellsBegin) yield* callbacks.batchBegin(place!);
    yield step.prepare(count, data.indices, learner.clock.tick(), progress.epochs, data.places);
    const losses = step.losses(count);
    sum += losses.loss;
    reconstruction += losses.reconstruction;
    divergence += losses.divergence;
    rows += count;
    if (metricSums) addTo(metricSums, step.metricSums(count));
    if (!(Number.isFinite(sum) && (!metricSums || areFinite(metricSums)))) {
      throw diverged(learner, `the loss or a metric stopped being finite in epoch ${epoch}, step ${steps}`);
    }
    last = count;
    if (tellsEnd) yield* callbacks.batchEnd({ ...place!, loss: sum / rows });
    yield;
    if (run.stopped) return undefined;
  }
  if (yield* hasDiverged(learner, step, last)) {
    throw diverged(
      learner,
      `a weight, or the loss after the update, stopped being finite in epoch ${epoch}, step ${steps}`,
    );
  }
  const seconds = (performance.now() - started) / 1000;
  return {
    epoch,
    epochs,
    steps,
    loss: sum / rows,
    ...(learner.task.latent && { reconstructionLoss: reconstruction / rows, klLoss: divergence / rows }),
    ...(metricSums && {
      metrics: named(
        metrics,
        metricSums.map((value) => value / rows),
      ),
    }),
    seconds,
    msPerStep: (seconds * 1000) / steps,
  };
}

function addTo(sums: number[], values: readonly number[]): void {
  for (let index = 0; index < sums.length; index++) sums[index]! += values[index]!;
}

/** Metrics by their names. */
function named(names: readonly MetricName[], values: readonly number[]): NonNullable<EpochLog["metrics"]> {
  return Object.fromEntries(names.map((name, index) => [name, values[index]!]));
}

/**
 * Loss and metrics of the validation data.
 *
 * @throws what a validation stream throws, and for invalid chunks; the weights from before the epoch are then restored
 * @throws {DivergedError} if a loss or metric is not finite
 */
function* validate(run: Run, epoch: number, validation: Rows | StreamedRows): Work<Validated> {
  const { learner, gate } = run;
  const { metrics } = run.options;
  let measured: Measured;
  try {
    measured = yield* measure(learner, metrics, validation, gate);
  } catch (error) {
    if (!gate.isEnd(error)) learner.restore();
    throw error;
  }
  const valLoss = measured.evaluation.loss;
  if (!areFinite([valLoss, ...measured.metrics])) {
    throw diverged(learner, `the loss or a metric of the validation data is not finite after epoch ${epoch}`);
  }
  return metrics.length === 0 ? { valLoss } : { valLoss, valMetrics: named(metrics, measured.metrics) };
}

function areFinite(values: readonly number[]): boolean {
  return values.every(Number.isFinite);
}

/** Restores the weights from before the epoch. */
function diverged(learner: Learner, what: string): DivergedError {
  learner.restore();
  return new DivergedError(
    `${what}; the weights from before that epoch are kept. ` +
      "Try a lower learning rate, or data scaled to a smaller range",
  );
}

function record(history: History, log: EpochLog, validated: Validated | undefined): void {
  history.loss.push(log.loss);
  if (log.reconstructionLoss !== undefined) history.reconstructionLoss.push(log.reconstructionLoss);
  if (log.klLoss !== undefined) history.klLoss.push(log.klLoss);
  history.seconds.push(log.seconds);
  if (log.metrics) append(history.metrics, log.metrics);
  if (validated?.valLoss !== undefined) history.valLoss.push(validated.valLoss);
  if (validated?.valMetrics) append(history.valMetrics, validated.valMetrics);
}

function append(series: History["metrics"], values: NonNullable<EpochLog["metrics"]>): void {
  for (const name of Object.keys(series) as MetricName[]) series[name]!.push(values[name]!);
}
