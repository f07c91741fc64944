import { readFile } from "node:fs/promises";
import { boolean, knownKeys, oneOf } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { encodeUtf8 } from "../formats/utf8.js";
import type { Callback, TrainingRun } from "../training/callbacks.js";
import { trainingValues, validationValues } from "../training/epochValues.js";
import { type EpochLog, validationName } from "../training/logs.js";
import { appendFlushed } from "./appendFlushed.js";
import { type FilePath, filePath } from "./filePath.js";
import { unreadable } from "./inPath.js";
import { assertWritable, writeWhole } from "./wholeFile.js";

/** Options of `csvLogger`, named as Keras names them. */
export interface CsvLoggerOptions {
  /** What stands between two values: `","` (default), `";"` or a tab. */
  separator?: "," | ";" | "\t";
  /** Whether a new training appends to the file; default false: it replaces the file. */
  append?: boolean;
}

/**
 * A callback for `fit` that logs epochs in a CSV file: one row an epoch, with `epoch` (counted from 1), `loss`, in a
 * variational model `reconstructionLoss` and `klLoss`, the metrics, the same of the validation data (`valLoss`, …),
 * `learningRate`, and `seconds` of the training steps.
 *
 * A row is on the disk when its epoch ends; before `checkpointFile` in the list of callbacks, no epoch of a checkpoint can
 * lack its row. A training that resumes from a checkpoint appends to the file; rows of epochs
 * that it repeats are replaced. Any other training begins the file anew, unless `append` is true.
 *
 * @throws {ArgumentError} for unknown options; from `fit` also if a file to append to has other columns
 * @throws {IsthmusError} from `fit` with code `ERR_FILE` if the system refuses to write
 *
 * @example
 * ```ts
 * import { Autoencoder, dense, spiral } from "isthmus";
 * import { csvLogger } from "isthmus/node";
 *
 * const model = await Autoencoder.create({ inputSize: 2, encoder: [dense(8, "tanh"), dense(1)], decoder: [dense(2)] });
 * await model.fit(spiral({ samples: 100 }).points, { epochs: 3, callbacks: [csvLogger("run.csv")] });
 * await model.dispose();
 * ```
 */
export function csvLogger(path: FilePath, options: CsvLoggerOptions = {}): Callback {
  knownKeys("csvLogger", options, ["separator", "append"]);
  const separator = oneOf("separator", options.separator ?? ",", [",", ";", "\t"] as const);
  const append = boolean("append", options.append ?? false);
  const file = filePath(path);
  /** What the rows of this training wait for: the end of what came before them. */
  let before: Promise<unknown>;
  /** Whether the file begins with the next row. */
  let begins: boolean;
  return {
    onTrainBegin(run) {
      const prepared = prepare(file, run, separator, append);
      before = prepared.then((appends) => {
        begins = !appends;
      });
      return before as Promise<void>;
    },
    onEpochEnd(log, run) {
      const columns = columnsOf(run, log.klLoss !== undefined);
      const values = valuesOf(log);
      const row = `${columns.map((name) => values.get(name)).join(separator)}\n`;
      // One after the other, also if nobody waits for them, as in `fitSync`.
      const written = before.then(async () => {
        // An older file stays until there is a row to replace it.
        if (begins) await writeWhole(file, encodeUtf8(`${columns.join(separator)}\n${row}`));
        else await appendFlushed(file, encodeUtf8(row));
        begins = false;
      });
      before = written;
      return written;
    },
  };
}

/** Columns of the file, in their order. */
function columnsOf({ history, validates }: TrainingRun, variational: boolean): string[] {
  const parts = variational ? ["reconstructionLoss", "klLoss"] : [];
  const validation = validates ? ["loss", ...Object.keys(history.valMetrics)] : [];
  return [
    ...["epoch", "loss", ...parts, ...Object.keys(history.metrics)],
    ...validation.map(validationName),
    ...["learningRate", "seconds"],
  ];
}

function valuesOf(log: EpochLog): Map<string, number> {
  const { epoch, learningRate, seconds } = log;
  return new Map([
    ...Object.entries({ epoch, learningRate, seconds }),
    ...trainingValues(log),
    ...validationValues(log).map(([name, value]) => [validationName(name), value] as const),
  ]);
}

/**
 * Makes the file ready for the rows of a training. Returns whether to append them.
 *
 * @throws {ArgumentError} if the rows do not fit those in the file
 */
async function prepare(path: string, run: TrainingRun, separator: string, append: boolean): Promise<boolean> {
  await assertWritable(path);
  const done = run.history.loss.length;
  if (done === 0 && !append) return false;
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw unreadable(path, error);
    return "";
  });
  // A crash may have left a part of a line.
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split(/(?<=\n)/);
  const header = lines[0]!.trimEnd();
  if (header === "") return false;
  const fitting = [false, true].map((variational) => columnsOf(run, variational).join(separator));
  if (!fitting.includes(header)) {
    throw new ArgumentError(`${path} has other columns (${header}) than this training (${fitting[0]})`);
  }
  // Of epochs after the checkpoint that this training continues from.
  if (done > 0) while (lines.length > 1 && Number.parseInt(lines.at(-1)!, 10) > done) lines.pop();
  const kept = lines.join("");
  if (kept !== text) await writeWhole(path, encodeUtf8(kept));
  return true;
}
