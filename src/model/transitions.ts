import { STREAM_DROPOUT, STREAM_EVALUATION, STREAM_LATENT, STREAM_NOISE } from "../../assembly/abi.js";
import type { NoiseSource } from "../engine/calls/index.js";
import * as call from "../engine/calls/index.js";
import type { Address } from "../engine/memory.js";
import type { PlanBuilder } from "../engine/plan.js";
import type { Corruption } from "./corruption.js";
import type { NetworkLayer } from "./network.js";
import { type Seed, seedWords } from "./seed.js";
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

function source({ step, seed }: Pick<Draws, "seed" | "step">, stream: number): NoiseSource {
  return { step, stream, seed: seedWords(seed) };
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
  const some = { rate, ones: rate, scale: 1 / (1 - rate) };
  call.replacementNoise(plan, rows, outputs, from, to, source(draws, STREAM_DROPOUT + index), some);
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
    const stream = draws.training ? STREAM_LATENT : STREAM_EVALUATION;
    call.sampleLatent(plan, rows, outputs, from, to, draws.divergences, source(draws, stream));
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
    const [heads, z] = [workspace.output(index), workspace.passed(index)];
    call.sampleLatentBackward(plan, rows, outputs, heads, z, from, to, draws.step, 1 / rows);
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
    call.gaussianNoise(plan, rows, columns, from, to, noise, corruption.deviation);
    return;
  }
  const { rate } = corruption;
  const ones = corruption.kind === "saltAndPepper" ? rate / 2 : rate;
  call.replacementNoise(plan, rows, columns, from, to, noise, { rate, ones, scale: 1 });
}
