import type { Callback, TrainingRun } from "./callbacks.js";
import type { History } from "./history.js";
import type { EpochLog } from "./logs.js";

/**
 * Yields the epochs of a training run one by one. Training starts when the first one is requested, and between epochs
 * it waits for the next request. Leaving the loop early stops training normally.
 *
 * @param start starts a training run that calls `callback`
 * @returns the history, as the generator's return value
 */
export async function* epochsOf(
  start: (callback: Callback) => Promise<History>,
): AsyncGenerator<EpochLog, History, void> {
  let run: TrainingRun | undefined;
  let goOn: () => void = () => {};
  let arrived: (log: EpochLog) => void = () => {};
  const nextLog = () =>
    new Promise<EpochLog>((resolve) => {
      arrived = resolve;
    });
  // Created before training starts, since the first epoch may already be over when `start` returns.
  let log = nextLog();
  const training = start({
    onTrainBegin(begun) {
      run = begun;
    },
    onEpochEnd(ended) {
      arrived(ended);
      return new Promise((resolve) => {
        goOn = resolve;
      });
    },
  });
  try {
    for (;;) {
      const ended = await Promise.race([log, training.then(() => undefined)]);
      if (!ended) return await training;
      log = nextLog();
      yield ended;
      goOn();
    }
  } finally {
    run?.stop();
    goOn();
    // Its error has already been thrown.
    await training.catch(() => {});
  }
}
