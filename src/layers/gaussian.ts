import { STREAM_EVALUATION, STREAM_LATENT } from "../../assembly/abi.js";
import { integer, knownKeys, number, oneOf, show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import type { Tensor } from "../engine/tensor.js";
import { drawnFrom } from "./draws.js";
import { distribution } from "./initializers.js";
import type { LayerKind } from "./layer.js";
import { Linear, linearParameters } from "./linear.js";
import { shapeText } from "./shape.js";

/** A code that is a normal distribution, which makes an autoencoder variational. */
export interface GaussianLatent {
  /** Which latent it is. */
  readonly kind: "gaussian";
  /** Width of the code. */
  readonly units: number;
  /** Weight of the KL divergence in the loss, after the warm-up. */
  readonly beta: number;
  /** Steps over which the weight grows from 0; 0 means no warm-up. */
  readonly warmupSteps: number;
}

/**
 * A Gaussian latent after the encoder (D. P. Kingma and M. Welling, "Auto-encoding variational Bayes", 2014). One
 * linear layer computes the mean μ and log σ² of a normal distribution; training decodes a random z = μ + σ·ε. The loss
 * is Σ over the outputs + β·KL, where KL = −½·Σ(1 + log σ² − μ² − σ²), averaged over the samples. For β other than 1,
 * see I. Higgins et al., "β-VAE", 2017. With a warm-up, step t (counted from 1 over the model's life) weights KL by
 * β·min(1, t / warmupSteps).
 *
 * @param units width of the code, a positive integer
 * @param options `beta`, at least 0, default 1; `warmupSteps`, an integer, at least 0, default 0
 * @throws {ArgumentError} for values out of range
 */
export function gaussian(
  units: number,
  options: { beta?: number; warmupSteps?: number } = {},
): GaussianLatent {
  knownKeys("gaussian", options, ["kind", "beta", "warmupSteps"]);
  return {
    kind: "gaussian",
    units: integer("units of a gaussian latent", units),
    beta: number("beta", options.beta ?? 1, "a number of at least 0", (x) => x >= 0),
    warmupSteps: integer("warmupSteps", options.warmupSteps ?? 0, 0),
  };
}

/** Checks a latent given by the user; undefined means none. */
export function toLatent(value: unknown): GaussianLatent | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "object" || value === null) {
    throw new ArgumentError(`latent must be an object such as gaussian(20), not ${show(value)}`);
  }
  oneOf("kind of latent", (value as GaussianLatent).kind, ["gaussian"]);
  const { units, ...options } = value as GaussianLatent;
  return gaussian(units, options);
}

/** The weight of the divergence in step `step`, counted from 1. */
export function divergenceWeight({ beta, warmupSteps }: GaussianLatent, step: number): number {
  return step < warmupSteps ? (beta * step) / warmupSteps : beta;
}

/** Up to this log σ², exp(½ log σ²) of a code stays small. */
const SAFE_LOG_VARIANCE = 60;

/**
 * One linear layer computes the mean and log σ², initialized like two layers of `units` outputs, and the code is drawn
 * from them. If nothing is drawn, the code is the mean. The mean comes first, so the product can stop there.
 */
export const gaussianKind: LayerKind<GaussianLatent> = {
  kind: "gaussian",
  check: (_, given) => toLatent(given)!,
  outputShape({ units }, inputShape, name) {
    if (inputShape.length === 1) return [units];
    throw new ShapeError(
      `${name} must get samples of one dimension, not ${shapeText(inputShape)}; put flatten() before it`,
    );
  },
  parameters({ units }, inputShape) {
    const inputs = inputShape[0]!;
    return linearParameters(inputs, 2 * units, distribution("glorotUniform", inputs, units), true, undefined);
  },
  build({ units }, place) {
    const linear = new Linear(place);
    return {
      operations: linear.operations,
      room: (purpose, rows) => ({
        ...(purpose === "training" && { ...linear.room(rows), dheads: { shape: [rows, 2 * units] } }),
        ...(purpose !== "prediction" && { heads: { shape: [rows, 2 * units] } }),
        ...((purpose === "training" || purpose === "evaluation") && {
          divergences: { shape: [rows], type: "float64" },
        }),
      }),
      forward(plan, { purpose, rows, x, y, kept, draws }) {
        if (purpose === "prediction") {
          linear.forward(plan, x, y);
          return;
        }
        const heads = (kept.heads as Tensor).first(rows);
        linear.forward(plan, x, heads);
        if (purpose === "distribution") return;
        const noise = drawnFrom(draws!, purpose === "training" ? STREAM_LATENT : STREAM_EVALUATION);
        const divergences = kept.divergences!;
        plan.call("sampleLatent", rows, { columns: units, heads, z: y, divergences, ...noise });
      },
      backward(plan, { rows, x, y, dy, dx, kept, draws }) {
        const dheads = (kept.dheads as Tensor).first(rows);
        plan.call("sampleLatentBackward", rows, {
          columns: units,
          heads: kept.heads!,
          z: y,
          dz: dy,
          dheads,
          step: draws!.step.tensor,
          scale: 1 / rows,
        });
        linear.backward(plan, x, dheads, dx, kept);
      },
      gradient(plan, pass) {
        linear.gradient(plan, pass.x, (pass.kept.dheads as Tensor).first(pass.rows), pass);
      },
      refresh: (plan) => linear.refresh(plan),
      bound(input, largest) {
        const heads = linear.bound(input, largest);
        return heads > SAFE_LOG_VARIANCE ? Number.MAX_VALUE : heads;
      },
    };
  },
};
