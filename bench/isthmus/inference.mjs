/** Encoding and reconstructing: many rows at once, and one at a time, by the calls that return promises and those that do not. */

import { decodeFloats } from "../peers/networks.mjs";
import { inferenceRows, predictions } from "../peers/predictions.mjs";
import { choice, count } from "../peers/requests.mjs";
import { facts, openEngine } from "./library.mjs";
import { openLimits } from "./limits.mjs";
import { mirrored } from "./training.mjs";

/** The same samples as bytes. */
const toBytes = (values) => Uint8Array.from(values, (value) => 255 * value);

/**
 * Prepares both kinds of samples. A run takes the orders of peers/predictions.mjs, also with `input: "bytes"` and, for one
 * row, the tasks `encodeSync` and `reconstructSync`; `{ limits: ms, bytes }` tells what the same build could do at most.
 */
export async function inference(request) {
  const engine = await openEngine(request);
  const model = await mirrored(engine, [count(request, "features"), count(request, "latent")]);
  model.setWeights(request.weights.map(({ data, ...rest }) => ({ ...rest, data: decodeFloats(data) })));
  const limits = await openLimits(engine.info);
  const tasks = ["encode", "reconstruct", "encodeSync", "reconstructSync"];
  const calls = Object.fromEntries(tasks.map((task) => [task, (values) => model[task](values)]));
  const floats = inferenceRows(request);
  const runs = {
    floats: predictions(request, calls, floats),
    bytes: predictions(request, calls, toBytes(floats)),
  };
  return {
    ...facts(engine),
    run(order) {
      const { limits: ms, bytes } = order;
      if (ms !== undefined) return { gflops: limits.gflops(ms), gigabytes: limits.gigabytes(bytes, ms) };
      return runs[choice(order, "input", ["floats", "bytes"])](order);
    },
  };
}
