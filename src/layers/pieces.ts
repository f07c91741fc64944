import type { PlanBuilder } from "../engine/plan.js";

/** Operations of a piece: work can pause between two of them. */
const PIECE = 1e8;

/**
 * Adds a sum over very many places in pieces, each in a phase of its own. Long work is otherwise divided by output, and
 * then each part would go through all places again.
 *
 * @param operations of all places
 * @param block a piece is a multiple of it
 * @param add adds the sum over the places from `first` up to `last`
 */
export function inPieces(
  plan: PlanBuilder,
  places: number,
  operations: number,
  block: number,
  add: (first: number, last: number) => void,
): void {
  const pieces = Math.max(1, Math.ceil(operations / PIECE));
  const size = Math.max(1, Math.ceil(places / pieces / block)) * block;
  for (let first = 0; first === 0 || first < places; first += size) {
    if (first > 0) plan.phase();
    const last = Math.min(first + size, places);
    add(first, last);
    plan.operations += places > 0 ? (operations * (last - first)) / places : 0;
  }
}
