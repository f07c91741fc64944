import { STREAM_DROPOUT, STREAM_EVALUATION, STREAM_LATENT, STREAM_NOISE } from "../../assembly/abi.js";
import type { Address } from "../engine/memory.js";
import type { PlanBuilder } from "../engine/plan.js";
import type { Corruption } from "../layers/corruption.js";
import { type Seed, seedWords } from "../math/seed.js";
import type { NetworkLayer } from "./network.js";
import type { Workspace } from "./workspace.js";

/** What is drawn in a pass over a batch. */
export interface Draws {
  readonly seed: Seed;
  /** The step block. */
  readonly step: Address;
  /** Evaluation draws other codes than training. */
  readonly training: boolean;
  /** Where the divergences of the rows' codes go, one float64 each. */
  readonly divergences: Address;
}

/** What a kernel draws its numbers from, beside the samples of its rows. */
function source({ step, seed }: Pick<Draws, "seed" | "step">, stream: number) {
  const [seedLow, seedHigh] = seedWords(seed);
  return { step, stream, seedLow, seedHigh };
}

/** A probability as the number of 2³² that are below it. */
function thresholdOf(probability: number): number {
  return Math.min(Math.round(probability * 2 ** 32), 2 ** 32 - 1);
}

/** Dropout behind layer `index`, forward and backward alike: the same elements are set to 0, the others scaled. */
function addDropout(
  plan: PlanBuilder,
  { outputs }: NetworkLayer,
  index: number,
  rate: number,
  from: Address,
  to: Address,
  rows: number,
  draws: Draws,
): void {
  const noise = source(draws, STREAM_DROPOUT + index);
  const threshold = thresholdOf(rate);
  // No element becomes 1.
  const replaced = { threshold, ones: threshold, scale: 1 / (1 - rate) };
  plan.call("replacementNoise", rows, { columns: outputs, source: from, target: to, ...noise, ...replaced });
}

/** Adds what happens to the output of layer `index` before the next layer gets it. */
export function addTransition(
  plan: PlanBuilder,
  layer: NetworkLayer,
  index: number,
  workspace: Workspace,
  rows: number,
  draws: Draws,
): void {
  const { transition, outputs } = layer;
  const [from, to] = [workspace.output(index), workspace.passed(index)];
  if (transition?.kind === "dropout") {
    addDropout(plan, layer, index, transition.rate, from, to, rows, draws);
  } else if (transition?.kind === "sample") {
    const noise = source(draws, draws.training ? STREAM_LATENT : STREAM_EVALUATION);
    const { divergences } = draws;
    plan.call("sampleLatent", rows, { columns: outputs, heads: from, z: to, divergences, ...noise });
  }
}

/** From δ of what layer `index` passes on to δ of its output, the latent's divergence included. */
export function addTransitionBackward(
  plan: PlanBuilder,
  layer: NetworkLayer,
  index: number,
  workspace: Workspace,
  deltas: Workspace,
  rows: number,
  draws: Draws,
): void {
  const { transition, outputs } = layer;
  const [from, to] = [deltas.passed(index), deltas.output(index)];
  if (transition?.kind === "dropout") {
    addDropout(plan, layer, index, transition.rate, from, to, rows, draws);
  } else if (transition?.kind === "sample") {
    plan.call("sampleLatentBackward", rows, {
      columns: outputs,
      heads: workspace.output(index),
      z: workspace.passed(index),
      dz: from,
      dheads: to,
      step: draws.step,
      scale: 1 / rows,
    });
  }
}

/** Adds the corruption of a batch of samples of `columns` from one place to another. */
export function addCorruption(
  plan: PlanBuilder,
  corruption: Corruption,
  columns: number,
  from: Address,
  to: Address,
  rows: number,
  draws: Pick<Draws, "seed" | "step">,
): void {
  const noise = source(draws, STREAM_NOISE);
  if (corruption.kind === "gaussianNoise") {
    const { deviation } = corruption;
    plan.call("gaussianNoise", rows, { columns, source: from, target: to, ...noise, deviation });
    return;
  }
  const { rate } = corruption;
  const ones = thresholdOf(corruption.kind === "saltAndPepper" ? rate / 2 : rate);
  const replaced = { threshold: thresholdOf(rate), ones, scale: 1 };
  plan.call("replacementNoise", rows, { columns, source: from, target: to, ...noise, ...replaced });
}
