import type { Snapshot } from "../spiral/spiralMessages.js";
import type { StartSettings } from "./startSettings.js";

/** A rank correlation from which on the code follows the spiral, and one below which it clearly does not. */
const UNROLLED = 0.98;
const MIXED = 0.9;
/** Epochs after which a network that is still mixed up rarely finds out by itself. */
const PATIENCE = 200;

/** What can be seen now, in a sentence or two. */
export function storyOf(
  { steps, epoch, correlation }: Pick<Snapshot, "steps" | "epoch" | "correlation">,
  { activation, hidden }: Pick<StartSettings, "activation" | "hidden">,
): string {
  const order = Math.abs(correlation);
  if (steps === 0) {
    return "Untrained: the code is the same for every point, so the decoder draws a single point for all of them. Press Train.";
  }
  if (epoch < 5)
    return "It starts with what helps most: putting its one point in the middle, then stretching it to a line.";
  if (activation === "linear" || hidden.length === 0) {
    return "Without curved units the decoder can only draw a straight line. It finds the best one, as principal component analysis does. Choose another activation.";
  }
  if (order >= UNROLLED) {
    return "Unrolled! The code now tells how far along the spiral a point lies: one number instead of two, and little is lost.";
  }
  if (epoch > PATIENCE && order < MIXED) {
    return "Stuck: the line takes a short cut, so that the codes are not in the spiral's order. Try another start, or more units.";
  }
  return "The decoder bends its line towards the points, and the encoder learns where on the line each point belongs.";
}
