/** The built package, as users import it, and what every workload makes with it. */
import { readFileSync } from "node:fs";
import { Autoencoder, adam, dense, Engine } from "isthmus";
import { choice, count, Unavailable } from "../peers/requests.mjs";

/** Steps of each training that are not counted: the first one has no beginning, and the data has just been copied. */
const LEAD_IN = 5;

/**
 * The engine that a setup request asks for: `build` is "portable", "fast" or "turbo", `threads` a number.
 * @throws {Unavailable} when this runtime cannot have it
 */
export async function openEngine(request) {
  const build = choice(request, "build", ["portable", "fast", "turbo"]);
  const threads = count(request, "threads");
  const math = build === "portable" ? "portable" : "fast";
  const engine = await Engine.create({ math, turbo: build === "turbo", threads });
  if (build === "turbo" && !engine.info.turbo) {
    await engine.dispose();
    throw new Unavailable(`Node ${process.versions.node} has no revectorizer that passes the engine's check`);
  }
  return engine;
}

/** Name, version and details of a setup's answer. */
export function facts(engine) {
  const { build, tile, turbo, threads } = engine.info;
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const details = `${build} build${turbo ? ", turbo" : ""}, tile ${tile}, ${threads} thread(s)`;
  return { name: "Isthmus", version, details, info: engine.info };
}

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

/**
 * The median time of a task of tinybench, in ms.
 *
 * @param {import("tinybench").TaskResult} result
 */
export function medianOf(result) {
  if (result.state === "errored") throw result.error;
  if (result.state !== "completed") throw new Error(`the measurement is ${result.state}`);
  return result.latency.p50;
}
