/** Isthmus in a page. */
import { Engine } from "isthmus";
import { mirrored, timeTraining } from "../isthmus/training.mjs";
import { Unavailable } from "../peers/requests.mjs";
import { stepSizes, uniform, xorshift32 } from "../peers/workload.mjs";
import { offer } from "./contestant.mjs";

offer(async (request) => {
  const { samples, features, latent, batch, seed } = stepSizes(request);
  const engine = await Engine.create({ threads: request.threads });
  const { build, tile, threads } = engine.info;
  if (threads < request.threads) throw new Unavailable(`this page may not have ${request.threads} threads`);
  const data = uniform(xorshift32(seed), samples * features);
  const model = await mirrored(engine, [features, latent], seed);
  return {
    details: `${build} build, tile ${tile}, ${threads} thread(s)`,
    async steps(wanted) {
      const { ms, loss } = await timeTraining(model, data, samples, { batch, steps: wanted });
      return { ms: ms.reduce((sum, one) => sum + one, 0), loss };
    },
  };
});
