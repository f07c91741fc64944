import type { PlanBuilder } from "../engine/plan.js";

type Adder = (plan: PlanBuilder) => void;

/**
 * The steps that a batch goes through, in order: work that runs in blocks of rows, and in between work that must see
 * all rows first. Consecutive row steps run block by block, so that data stays in the cache; work over all rows gets
 * its own phases.
 */
export class RowStages {
  readonly #stages: { readonly kind: "rows" | "all"; readonly adders: Adder[] }[] = [];

  /** Adds work that runs over the rows. */
  rows(adder: Adder): void {
    this.#add("rows", adder);
  }

  /** Adds work that sees the results of all rows so far. */
  all(adder: Adder): void {
    this.#add("all", adder);
  }

  #add(kind: "rows" | "all", adder: Adder): void {
    const last = this.#stages.at(-1);
    if (last?.kind === kind) last.adders.push(adder);
    else this.#stages.push({ kind, adders: [adder] });
  }

  /**
   * Writes everything into a plan.
   *
   * @param floats activations per row, over all layers
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
