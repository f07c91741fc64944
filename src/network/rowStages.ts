import type { PlanBuilder } from "../engine/plan.js";

type Adder = (plan: PlanBuilder) => void;

/**
 * What happens to a batch, in order: calls that run over rows, block by block, and in between what has to see all rows
 * first. Calls that follow each other over rows go through the cache together; what sees all rows has phases of its own.
 */
export class RowStages {
  readonly #stages: { readonly kind: "rows" | "all"; readonly adders: Adder[] }[] = [];

  /** Adds calls that run over the rows. */
  rows(adder: Adder): void {
    this.#add("rows", adder);
  }

  /** Adds calls that see what became of all rows so far. */
  all(adder: Adder): void {
    this.#add("all", adder);
  }

  #add(kind: "rows" | "all", adder: Adder): void {
    const last = this.#stages.at(-1);
    if (last?.kind === kind) last.adders.push(adder);
    else this.#stages.push({ kind, adders: [adder] });
  }

  /**
   * Writes all of it into a plan.
   *
   * @param floats activations of a row, of all layers
   */
  write(plan: PlanBuilder, rows: number, floats: number): void {
    this.#stages.forEach(({ kind, adders }, index) => {
      if (index > 0) plan.phase();
      const body = () => {
        for (const adder of adders) adder(plan);
      };
      if (kind === "rows") plan.rows(rows, floats, body);
      else body();
    });
  }
}
