import { show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";

/** How a detection can be watched and ended. */
export interface RunOptions<Progress> {
  /** Aborts the work; the call then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Called after each part of the training. */
  onProgress?: (progress: Progress) => void;
}

/** @throws {ArgumentError} for anything that is no signal, or no function */
export function checkRunOptions<Progress>({ signal, onProgress }: RunOptions<Progress>): void {
  if (signal !== undefined && typeof signal?.throwIfAborted !== "function") {
    throw new ArgumentError(`signal must be an AbortSignal, not ${show(signal)}`);
  }
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw new ArgumentError(`onProgress must be a function, not ${show(onProgress)}`);
  }
}
