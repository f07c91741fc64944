import { STREAM_SAMPLE } from "../../assembly/abi.js";
import { integer, knownKeys } from "../common/check.js";
import { StateError } from "../common/errors.js";
import { Matrix } from "../data/matrix.js";
import type { Rows } from "../data/samples.js";
import { fillNormal } from "../engine/random.js";
import { Storage } from "../engine/storage.js";
import type { Work } from "../engine/turns.js";
import { checkSeed, type Seed } from "../math/seed.js";
import type { Learner } from "../network/learner.js";
import { outputOf } from "../training/predict.js";

/** The result of `encodeDistribution`: a normal distribution for each sample, [rows, latentSize] each. */
export interface CodeDistribution {
  /** Means μ. */
  readonly mean: Matrix;
  /** log σ². */
  readonly logVariance: Matrix;
}

/**
 * The distributions of the samples' codes.
 *
 * @throws {StateError} if the model has no Gaussian latent
 */
export function* distributionsOf(learner: Learner, rows: Rows): Work<CodeDistribution> {
  assertVariational("encodeDistribution", learner);
  const { network } = learner;
  const heads = yield* outputOf(network, network.encoder, rows, true);
  const size = network.latentSize;
  const head = (first: number) => {
    const data = new Float32Array(rows.rows * size);
    for (let row = 0; row < rows.rows; row++) {
      const from = row * heads.columns + first;
      data.set(heads.data.subarray(from, from + size), row * size);
    }
    return new Matrix(data, rows.rows, size);
  };
  return { mean: head(0), logVariance: head(size) };
}

/**
 * Codes drawn from the standard normal distribution, [count, latentSize].
 *
 * @throws {StateError} if the model has no Gaussian latent
 */
export function drawnCodes(learner: Learner, count: number, options: { seed?: Seed }): Matrix {
  assertVariational("sample", learner);
  integer("count", count);
  knownKeys("sample", options, ["seed"]);
  const { engine, latentSize } = learner.network;
  const seed = checkSeed("seed", options.seed ?? learner.task.seed);
  const storage = new Storage(engine);
  const drawn = storage.floats(count, latentSize);
  fillNormal(engine, drawn, 0, 1, { seed, stream: STREAM_SAMPLE });
  const codes = new Matrix(new Float32Array(drawn.values), count, latentSize);
  storage.release();
  return codes;
}

function assertVariational(method: string, { task }: Learner): void {
  if (task.latent) return;
  throw new StateError(`${method} needs a variational model, which has a latent such as gaussian(20)`);
}
