import { boolean, integer, knownKeys, number } from "../common/check.js";
import type { NamedWeight } from "../network/namedWeights.js";
import type { Callback } from "./callbacks.js";
import { Monitor, type MonitorOptions } from "./monitor.js";

/** Options of `earlyStopping`, named as in Keras. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs without improvement after which training stops; default 0, which stops at the first one. */
  patience?: number;
  /**
   * The smallest change that counts as an improvement: a value must be better by more than this; at least 0, default 0.
   */
  minDelta?: number;
  /** Whether to restore the weights of the best epoch when training ends; default false. */
  restoreBestWeights?: boolean;
  /** Number of epochs to ignore at the beginning; default 0. */
  startFromEpoch?: number;
}

/**
 * Stops training when the watched value has not improved for `patience` epochs. With `restoreBestWeights`, the model
 * then has the weights of the best epoch, even if training finished without being stopped early, as in Keras 3. The
 * optimizer's moments are not restored.
 *
 * If training continues from a checkpoint, its whole history counts. Weights from before the checkpoint are no longer
 * available: if the best epoch was one of those, the weights stay as they are.
 *
 * @throws {ArgumentError} for values out of range, and from `fit` if training does not record the watched value
 *
 * @example
 * ```ts
 * import { Autoencoder, dense, earlyStopping, spiral } from "isthmus";
 *
 * const { points } = spiral({ samples: 100 });
 * const model = await Autoencoder.create({ inputSize: 2, encoder: [dense(1)], decoder: [dense(2)] });
 * const callbacks = [earlyStopping({ patience: 3 })];
 * const { loss } = await model.fit(points, { epochs: 50, validationSplit: 0.2, callbacks });
 * console.log(loss.length <= 50); // true
 * await model.dispose();
 * ```
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  knownKeys("earlyStopping", options, [
    "monitor",
    "mode",
    "patience",
    "minDelta",
    "restoreBestWeights",
    "startFromEpoch",
  ]);
  const patience = integer("patience", options.patience ?? 0, 0);
  const minDelta = number("minDelta", options.minDelta ?? 0, "a number of at least 0", (x) => x >= 0);
  const restores = boolean("restoreBestWeights", options.restoreBestWeights ?? false);
  const startFromEpoch = integer("startFromEpoch", options.startFromEpoch ?? 0, 0);
  const monitor = new Monitor("earlyStopping", options, minDelta);
  let wait = 0;
  let best: NamedWeight[] | undefined;

  /** Records the value of epoch `epoch`, counted from 1. Returns whether it is the best so far. */
  const take = (value: number, epoch: number): boolean => {
    if (epoch <= startFromEpoch) return false;
    const improved = monitor.improves(value);
    wait = improved ? 0 : wait + 1;
    return improved;
  };
  const exhausted = () => wait > 0 && wait >= patience;

  return {
    onTrainBegin(run) {
      monitor.reset();
      wait = 0;
      best = undefined;
      monitor.series(run).forEach((value, index) => {
        take(value, index + 1);
      });
      if (exhausted()) run.stop();
    },
    onEpochEnd({ epoch }, run) {
      const improved = take(monitor.series(run).at(-1)!, epoch);
      if (improved && restores) best = run.model.getWeights();
      if (exhausted()) run.stop();
    },
    onTrainEnd(run) {
      if (best) run.model.setWeights(best);
      best = undefined;
    },
  };
}
