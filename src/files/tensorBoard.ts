import { mkdir, open } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { concatenate } from "../common/concatenate.js";
import { type Scalar, scalarRecord, startRecord, versionRecord } from "../formats/eventRecord.js";
import type { Callback } from "../training/callbacks.js";
import { type NamedValue, trainingValues, validationValues } from "../training/epochValues.js";
import { appendFlushed } from "./appendFlushed.js";
import { type FilePath, filePath } from "./filePath.js";
import { refused } from "./target.js";

/** Names of files of one second that this process may try. */
const MOST_FILES = 1000;

/**
 * A callback for `fit` that logs epochs for TensorBoard: `tensorboard --logdir logs` draws them, also while training runs.
 * Tags and folders are those of Keras's `TensorBoard` callback: `epoch_loss`, `epoch_mean_squared_error`,
 * `epoch_learning_rate`, … in `train/`, and those of the validation data in `validation/`. Steps are epochs, counted from 0.
 *
 * Values are on the disk when an epoch ends. Each training adds files; a training that resumes from a checkpoint continues
 * the curves, and another one in the same folder replaces them.
 *
 * @param folder the folder of the run, made if it is missing
 * @throws {ArgumentError} unless `folder` is a path
 * @throws {IsthmusError} from `fit` with code `ERR_FILE` if the system refuses to write
 *
 * @example
 * ```ts
 * import { Autoencoder, dense, spiral } from "isthmus";
 * import { csvLogger, tensorBoard } from "isthmus/node";
 *
 * const model = await Autoencoder.create({ inputSize: 2, encoder: [dense(8, "tanh"), dense(1)], decoder: [dense(2)] });
 * await model.fit(spiral({ samples: 100 }).points, {
 *   epochs: 3,
 *   validationSplit: 0.1,
 *   callbacks: [tensorBoard("logs/first"), csvLogger("run.csv")],
 * });
 * await model.dispose();
 * ```
 */
export function tensorBoard(folder: FilePath): Callback {
  const path = filePath(folder, "folder");
  let files: Promise<[training: string, validation: string | undefined]>;
  /** What the next records wait for: one after the other, also if nobody waits for them, as in `fitSync`. */
  let before: Promise<unknown>;
  return {
    async onTrainBegin({ history, validates }) {
      const begin = (run: string) => beginFile(join(path, run), history.loss.length);
      files = Promise.all([begin("train"), validates ? begin("validation") : undefined]);
      before = files;
      await files;
    },
    onEpochEnd(log) {
      const time = { wallTime: Date.now() / 1000, step: log.epoch - 1 };
      const rate = ["learningRate", log.learningRate] as const;
      const written = before.then(async () => {
        const [training, validation] = await files;
        await appendFlushed(training, scalarRecord(time, [...trainingValues(log), rate].map(tagged)));
        if (validation)
          await appendFlushed(validation, scalarRecord(time, validationValues(log).map(tagged)));
      });
      before = written;
      return written;
    },
  };
}

/** A value under Keras's name, which has words with underscores: `epoch_mean_squared_error`. */
function tagged([name, value]: NamedValue): Scalar {
  return [`epoch_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`, value];
}

/** Makes a new event file, whose name sorts after those of earlier runs, and writes how a run begins. */
async function beginFile(folder: string, step: number): Promise<string> {
  const wallTime = Date.now() / 1000;
  const second = String(Math.floor(wallTime)).padStart(10, "0");
  const name = `events.out.tfevents.${second}.${hostname()}.${process.pid}`;
  const file = await newFile(folder, (number) => `${name}.${number}.v2`);
  await appendFlushed(
    file,
    concatenate(Uint8Array, [versionRecord(wallTime), startRecord({ wallTime, step })]),
  );
  return file;
}

/** Makes an empty file under the first of these names that is free. */
async function newFile(folder: string, named: (number: number) => string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true });
    for (let number = 0; ; number++) {
      const path = join(folder, named(number));
      const file = await open(path, "wx").catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST" || number === MOST_FILES) throw error;
      });
      await file?.close();
      if (file) return path;
    }
  } catch (error) {
    throw refused(folder, error);
  }
}
