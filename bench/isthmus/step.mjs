/** The step workload; with `{ peak: ms }` instead of `{ steps }` a run tells what the same build could do at most. */
import { stepCount, stepSizes, uniform, xorshift32 } from "../peers/workload.mjs";
import { facts, openEngine } from "./library.mjs";
import { openLimits } from "./limits.mjs";
import { mirrored, timeTraining } from "./training.mjs";

/** Prepares the workload; a run gives `{ ms: number[], loss }`, or `{ gflops }` of one thread. */
export async function step(request) {
  const { samples, features, latent, batch, seed } = stepSizes(request);
  const engine = await openEngine(request);
  const data = uniform(xorshift32(seed), samples * features);
  const model = await mirrored(engine, [features, latent], seed);
  const limits = await openLimits(engine.info);
  return {
    ...facts(engine),
    run(order) {
      if (order.peak !== undefined) return { gflops: limits.gflops(order.peak) };
      return timeTraining(model, data, samples, { batch, steps: stepCount(order) });
    },
  };
}
