import type { PlanBuilder } from "../engine/plan.js";
import type { NetworkLayer } from "./networkLayer.js";

type Adder = (plan: PlanBuilder) => void;

/**
 * From this many weights on, half a level-2 cache, a layer is heavy: each block of rows would fetch its weights again,
 * which takes longer than to fetch the rows again after each layer.
 */
const HEAVY = 1 << 17;

/** The weights that a layer's products read. */
export function weightsOf({ named }: NetworkLayer): number {
  return named.reduce((sum, [, { size }]) => sum + size, 0);
}

/** Work that runs over the rows. */
interface RowWork {
  readonly add: Adder;
  readonly heavy: boolean;
}

/**
 * The steps that a batch goes through, in order: work that runs in blocks of rows, and in between work that must see
 * all rows first. Consecutive row steps run block by block, so that data stays in the cache; a heavy layer, and work over
 * all rows, get phases of their own.
 */
export class RowStages {
  readonly #stages: (
    | { readonly kind: "rows"; readonly work: RowWork[] }
    | { readonly kind: "all"; readonly work: Adder[] }
  )[] = [];

  /**
   * Adds work that runs over the rows.
   *
   * @param weights how many weights its products read
   */
  rows(add: Adder, weights = 0): void {
    const last = this.#stages.at(-1);
    const work = { add, heavy: weights >= HEAVY };
    if (last?.kind === "rows" && !work.heavy && !last.work[0]!.heavy) last.work.push(work);
    else this.#stages.push({ kind: "rows", work: [work] });
  }

  /** Adds work that sees the results of all rows so far. */
  all(add: Adder): void {
    const last = this.#stages.at(-1);
    if (last?.kind === "all") last.work.push(add);
    else this.#stages.push({ kind: "all", work: [add] });
  }

  /**
   * Writes everything into a plan.
   *
   * @param floats activations per row, over all layers
   */
  write(plan: PlanBuilder, rows: number, floats: number): void {
    this.#stages.forEach((stage, index) => {
      if (index > 0) plan.phase();
      if (stage.kind === "all") {
        for (const add of stage.work) add(plan);
        return;
      }
      const { work } = stage;
      plan.rows(rows, work[0]!.heavy ? 0 : floats, () => {
        for (const { add } of work) add(plan);
      });
    });
  }
}
