/** Training steps of networks, batches and numbers of threads of any size, each on a fresh model. */
import { count } from "../peers/requests.mjs";
import { uniform, xorshift32 } from "../peers/workload.mjs";
import { facts, openEngine } from "./library.mjs";
import { mirrored, timeTraining } from "./training.mjs";

/** Steps of each training that are not counted. */
const LEAD_IN = 10;

/**
 * Prepares `samples` rows of `features`; a run with `{ widths, batch, threads, steps }` gives `{ ms: number[], loss }`.
 * @throws {Unavailable} when the runtime cannot have the build
 */
export async function growth(request) {
  const samples = count(request, "samples");
  const features = count(request, "features");
  const data = uniform(xorshift32(1), samples * features);
  const probe = await openEngine({ ...request, threads: 1 });
  const answer = facts(probe);
  await probe.dispose();
  return {
    ...answer,
    async run({ widths, batch, threads, steps }) {
      const engine = await openEngine({ ...request, threads });
      const model = await mirrored(engine, widths);
      try {
        return await timeTraining(model, data, samples, { batch, steps, leadIn: LEAD_IN });
      } finally {
        await model.dispose();
        await engine.dispose();
      }
    },
  };
}
