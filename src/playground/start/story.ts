import type { DataName } from "../spiral/runSettings.js";
import type { Snapshot } from "../spiral/spiralMessages.js";
import type { StartSettings } from "./startSettings.js";

/** A rank correlation from which on the code follows the curve, and one below which it clearly does not. */
const UNROLLED = 0.98;
const MIXED = 0.9;
/** The part of the points' variance that is lost when a line runs where the points are, and when a net does. */
const FOLLOWED = 0.05;
const COPIED = 0.02;
/** Epochs after which a network that is still mixed up rarely finds out by itself. */
const PATIENCE = 200;
/** Epochs after which a line that runs where the points are, but in another order, stays so. */
const SETTLED = 60;

const STUCK = "Try another start, or more units.";

/** What can be seen when the decoder's line runs where the points are. */
const FOUND: { readonly [data in DataName]: string } = {
  spiral:
    "Unrolled! The code now tells how far along the spiral a point lies: one number instead of two, and little is lost.",
  "s-curve":
    "Unrolled! The code now tells how far along the S a point lies: one number instead of two, and little is lost.",
  circle:
    "Round it goes. But a circle has no ends, and numbers have: somewhere the line is cut, and the points on both sides of the cut have the smallest and the largest code. No code of one number can do better.",
  moons:
    "Both moons on one line: the code goes along the first, across the gap, and along the second. In the gap the decoder draws points that there have never been.",
  clusters:
    "The line runs from cluster to cluster, so the code tells which one a point belongs to. Where in its cluster it lies is mostly lost: for that, one number is not enough.",
  drawing:
    "The line runs where you have drawn, and the code tells where on it a point lies. Where lines cross or lie close, it has to choose.",
};

/** What can be seen now, in a sentence or two. */
export function storyOf(
  { steps, epoch, correlation, mse }: Pick<Snapshot, "steps" | "epoch" | "correlation" | "mse">,
  { activation, hidden, data, code }: Pick<StartSettings, "activation" | "hidden" | "data" | "code">,
  /** Of the points that are trained on. */
  variance: number,
): string {
  const order = Math.abs(correlation);
  const lost = variance > 0 ? mse / variance : 0;
  if (steps === 0) {
    return "Untrained: the code is the same for every point, so the decoder draws a single point for all of them. Press Train.";
  }
  if (code > 1) {
    return lost < COPIED
      ? "Copied, not understood: a point is two numbers, and so is the code. Nothing has to be squeezed, so the network need not find out what the points have in common. Take one unit away from the code."
      : "The code has as many numbers as a point. The net shows where the decoder draws each code; it only has to be pulled straight.";
  }
  if (epoch < 5)
    return "It starts with what helps most: putting its one point in the middle, then stretching it to a line.";
  if (activation === "linear" || hidden.length === 0) {
    return "Without curved units the decoder can only draw a straight line. It finds the best one, as principal component analysis does. Choose another activation.";
  }
  const ordered = Number.isFinite(correlation);
  if (ordered ? order >= UNROLLED : lost < FOLLOWED) return FOUND[data];
  if (ordered && order < MIXED && lost < FOLLOWED && epoch > SETTLED) {
    return "Small loss, wrong order: the line takes a short cut from one piece of the curve to another. The loss does not see that, because every point is near the line; the rank correlation does.";
  }
  if (epoch > PATIENCE && ordered && order < MIXED) {
    return `Stuck: the line takes a short cut, so that the codes are not in the curve's order. ${STUCK}`;
  }
  if (epoch > PATIENCE && !ordered) return `The line still misses a part of the points. ${STUCK}`;
  return "The decoder bends its line towards the points, and the encoder learns where on the line each point belongs.";
}

/** The mean variance of the coordinates of points x₁, x₂, …. */
export function varianceOf(points: Float32Array): number {
  const count = points.length / 2;
  let total = 0;
  for (const axis of [0, 1]) {
    let [sum, squares] = [0, 0];
    for (let i = axis; i < points.length; i += 2) {
      sum += points[i]!;
      squares += points[i]! ** 2;
    }
    total += squares / count - (sum / count) ** 2;
  }
  return total / 2;
}
