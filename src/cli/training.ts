import {
  type Autoencoder,
  type Callback,
  DivergedError,
  earlyStopping,
  type FitOptions,
  type MetricName,
  type Samples,
} from "../index.js";
import { checkpointFile, csvLogger, tensorBoard } from "../node.js";
import { ProgressDisplay } from "./progressDisplay.js";
import type { CheckpointOptions } from "./resume.js";
import { emit, type Terminal } from "./terminal.js";

/** The outcome of a training, finished or not. */
export interface Outcome {
  /**
   * Loss of the last epoch, or of the steps before an interruption. A resumed training starts with the checkpoint's. Null
   * if there is none.
   */
  loss: number | null;
  /** Validation loss after the last whole epoch; null without validation. */
  valLoss: number | null;
  /** Wall time. */
  seconds: number;
  /** Steps taken in this training. */
  steps: number;
  /** Whether all epochs are done or early stopping ended them. */
  ended: boolean;
  /** Set if training diverged; the weights are those of the last good epoch. */
  diverged?: DivergedError;
}

/** How to report progress. */
export interface ProgressOutput {
  readonly terminal: Terminal;
  readonly json: boolean;
}

/** Options that become callbacks and metrics. */
export interface CallbackFlags extends CheckpointOptions {
  patience?: number;
  metrics?: string[];
  /** CSV file with a row for each epoch. */
  log?: string;
  /** Folder for TensorBoard's event files. */
  tensorboard?: string;
}

/** The callbacks and metrics for `fit`. The library checks the names. */
export function callbackOptions(
  { checkpoint, every, patience, metrics, log, tensorboard }: CallbackFlags,
  validates: boolean,
): Pick<FitOptions, "callbacks" | "metrics"> {
  const callbacks: Callback[] = [];
  // Logs come first, so that no epoch of a checkpoint lacks its row.
  if (log !== undefined) callbacks.push(csvLogger(log));
  if (tensorboard !== undefined) callbacks.push(tensorBoard(tensorboard));
  if (checkpoint !== undefined) {
    callbacks.push(checkpointFile(checkpoint, { ...(every !== undefined && { every }) }));
  }
  if (patience !== undefined) {
    const monitor = validates ? "valLoss" : "loss";
    callbacks.push(earlyStopping({ monitor, patience, restoreBestWeights: true }));
  }
  return { callbacks, ...(metrics && { metrics: metrics as MetricName[] }) };
}

/**
 * Trains a model and reports progress, until it is done or `signal` aborts it.
 *
 * @throws what `fit` throws, except for the abort and `DivergedError`, which are part of the outcome
 */
export async function trainModel(
  model: Autoencoder,
  samples: Samples,
  options: Pick<FitOptions, "epochs" | "batchSize" | "validationSplit" | "metrics" | "callbacks">,
  signal: AbortSignal,
  { terminal, json }: ProgressOutput,
): Promise<Outcome> {
  // A checkpoint already has epochs.
  const outcome: Outcome = {
    loss: model.history.loss.at(-1) ?? null,
    valLoss: model.history.valLoss.at(-1) ?? null,
    seconds: 0,
    steps: 0,
    ended: false,
  };
  const display = json ? undefined : new ProgressDisplay(terminal, (text) => process.stdout.write(text));
  const began = performance.now();
  let finished = { loss: outcome.loss, steps: 0 };
  // The message about the interruption goes on its own line.
  signal.addEventListener("abort", () => display?.end(), { once: true });
  try {
    await model.fit(samples, {
      ...options,
      signal,
      onBatchEnd(log) {
        outcome.loss = log.loss;
        outcome.steps++;
        display?.batch(log);
      },
      onEpochEnd(log) {
        const { epoch, loss, seconds, msPerStep, metrics, valMetrics } = log;
        outcome.loss = loss;
        outcome.valLoss = log.valLoss ?? null;
        finished = { loss, steps: outcome.steps };
        display?.epoch(log);
        if (!json) return;
        const measured = { ...(metrics && { metrics }), ...(valMetrics && { valMetrics }) };
        emit({ event: "epoch", epoch, loss, valLoss: outcome.valLoss, ...measured, seconds, msPerStep });
      },
    });
    outcome.ended = true;
  } catch (error) {
    if (error instanceof DivergedError) Object.assign(outcome, finished, { diverged: error });
    else if (error !== signal.reason) throw error;
  } finally {
    display?.end();
  }
  outcome.seconds = (performance.now() - began) / 1000;
  return outcome;
}
