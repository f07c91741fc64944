import { boolean, integer, knownKeys, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import type { Callback } from "./callbacks.js";
import type { EpochLog } from "./logs.js";
import { Monitor, type MonitorOptions } from "./monitor.js";

/** When and what `modelCheckpoint` saves. */
export interface CheckpointingOptions extends MonitorOptions {
  /** Whether to save only epochs that are the best so far; default false: save every one. */
  saveBestOnly?: boolean;
  /** Whether to save only the model (`toSafetensors`) instead of a checkpoint (`toCheckpoint`); default false. */
  saveWeightsOnly?: boolean;
  /** Save every this many epochs; default 1. The last epoch is always saved. */
  every?: number;
}

/** Options of `modelCheckpoint`. */
export interface ModelCheckpointOptions extends CheckpointingOptions {
  /** Receives the file and the epoch's log; training waits for a returned promise. */
  save: (bytes: Uint8Array, log: EpochLog) => void | Promise<void>;
}

/**
 * Passes the model or a checkpoint to `save`, as the bytes of a safetensors file, after each epoch or each best one.
 *
 * @throws {ArgumentError} for values out of range, and from `fit` if training does not record the watched value
 */
export function modelCheckpoint(options: ModelCheckpointOptions): Callback {
  knownKeys("modelCheckpoint", options, [
    "save",
    "monitor",
    "mode",
    "saveBestOnly",
    "saveWeightsOnly",
    "every",
  ]);
  const { save } = options;
  if (typeof save !== "function") throw new ArgumentError(`save must be a function, not ${show(save)}`);
  const bestOnly = boolean("saveBestOnly", options.saveBestOnly ?? false);
  const weightsOnly = boolean("saveWeightsOnly", options.saveWeightsOnly ?? false);
  const every = integer("every", options.every ?? 1);
  const monitor = new Monitor("modelCheckpoint", options);

  return {
    onTrainBegin(run) {
      monitor.reset();
      if (bestOnly) for (const value of monitor.series(run)) monitor.improves(value);
    },
    onEpochEnd(log, run) {
      const { model } = run;
      if (log.epoch % every !== 0 && log.epoch !== log.epochs) return;
      if (bestOnly && !monitor.improves(monitor.series(run).at(-1)!)) return;
      return save(weightsOnly ? model.toSafetensors() : model.toCheckpoint(), log);
    },
  };
}
