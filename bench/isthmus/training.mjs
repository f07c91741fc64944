/** What every workload trains, and how its steps are timed: in Node and in a page. */
import { Autoencoder, adam, dense } from "isthmus";

/** Steps of each training that are not counted: the first one has no beginning, and the data has just been copied. */
const LEAD_IN = 5;

/**
 * A network of the given widths, input to code, and back: ReLU between, sigmoid at the end, cross-entropy, Adam.
 * @param {number[]} widths
 */
export function mirrored(engine, widths, seed = 1) {
  const [inputSize, ...units] = widths;
  const back = widths.slice(0, -1).reverse();
  return Autoencoder.create({
    inputSize,
    encoder: units.map((size) => dense(size, "relu")),
    decoder: back.map((size, i) => dense(size, i === back.length - 1 ? "sigmoid" : "relu")),
    loss: "binaryCrossentropy",
    optimizer: adam(),
    seed,
    engine,
  });
}

/**
 * Trains for `steps` steps and some before them: ms from the end of one step to the end of the next, callbacks and
 * turns of the event loop included, and the mean loss of the epoch so far.
 */
export async function timeTraining(model, samples, rows, { batch, steps, leadIn = LEAD_IN }) {
  const ends = [];
  let loss = Number.NaN;
  const enough = new AbortController();
  const wanted = steps + leadIn;
  const onBatchEnd = (log) => {
    ends.push(performance.now());
    loss = log.loss;
    if (ends.length === wanted) enough.abort();
  };
  const epochs = Math.ceil(wanted / Math.ceil(rows / batch));
  const options = { epochs, batchSize: batch, shuffle: true, signal: enough.signal, onBatchEnd };
  await model.fit(samples, options).catch((error) => {
    if (error !== enough.signal.reason) throw error;
  });
  return { ms: Array.from({ length: steps }, (_, i) => ends[i + leadIn] - ends[i + leadIn - 1]), loss };
}
