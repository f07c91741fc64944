/** Encoding and reconstructing: many samples at once, and one at a time. */
import { Bench } from "tinybench";
import { choice, count } from "../peers/serve.mjs";
import { uniform, xorshift32 } from "../peers/workload.mjs";
import { facts, medianOf, mirrored, openEngine } from "./library.mjs";

/** How long a single sample's latency is measured, in ms. */
const LATENCY_MS = 300;

/** Samples as floats in [0, 1), or as bytes. */
function makeSamples(kind, length) {
  const random = xorshift32(1);
  if (kind === "floats") return uniform(random, length);
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = random() >>> 24;
  return bytes;
}

/**
 * Prepares both kinds of samples; a run with `{ task, input }` gives `{ ms }` for all of them, or with `single: true`
 * the median `{ ms }` of one.
 */
export async function inference(request) {
  const samples = count(request, "samples");
  const features = count(request, "features");
  const engine = await openEngine(request);
  const model = await mirrored(engine, [features, count(request, "latent")]);
  const inputs = {
    floats: makeSamples("floats", samples * features),
    bytes: makeSamples("bytes", samples * features),
  };

  async function one(task, input) {
    const row = input.subarray(0, features);
    const bench = new Bench({ time: LATENCY_MS });
    bench.add(task, () => {
      model[`${task}Sync`](row);
    });
    const [{ result }] = await bench.run();
    return { ms: medianOf(result) };
  }

  return {
    ...facts(engine),
    async run(order) {
      const task = choice(order, "task", ["encode", "reconstruct"]);
      const input = inputs[choice(order, "input", ["floats", "bytes"])];
      if (order.single) return one(task, input);
      const start = performance.now();
      await model[task](input);
      return { ms: performance.now() - start };
    },
  };
}
