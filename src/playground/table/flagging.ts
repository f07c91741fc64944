import type { Scored } from "./tableMessages.js";

/** What a threshold comes to. */
export interface Flagging {
  readonly threshold: number;
  readonly rows: number;
  readonly flagged: number;
  /** Only with labels of both kinds. */
  readonly labelled?: {
    readonly odd: number;
    /** Odd rows among the flagged ones. */
    readonly hits: number;
    /** Share of odd rows among the flagged ones; 0 if there are none. */
    readonly precision: number;
    /** Share of flagged rows among the odd ones. */
    readonly recall: number;
  };
}

/** Counts what any threshold flags, in no more time than it takes to draw it. */
export class Flagger {
  readonly #rows: number;
  /** Deciding scores, sorted, without those of rows in no window. */
  readonly #sorted: Float32Array;
  /** Those of the rows that are odd by the labels. */
  readonly #odd: Float32Array | undefined;

  constructor({ deciding, labels, evaluation }: Pick<Scored, "deciding" | "labels" | "evaluation">) {
    this.#rows = deciding.length;
    this.#sorted = deciding.filter((score) => !Number.isNaN(score)).sort();
    this.#odd = evaluation && labels && deciding.filter((_, row) => labels[row] === 1).sort();
  }

  /** The smallest and the largest score. */
  get range(): readonly [number, number] {
    return [this.#sorted[0]!, this.#sorted.at(-1)!];
  }

  at(threshold: number): Flagging {
    const flagged = above(this.#sorted, threshold);
    const base = { threshold, rows: this.#rows, flagged };
    if (!this.#odd) return base;
    const odd = this.#odd.length;
    const hits = above(this.#odd, threshold);
    const precision = flagged === 0 ? 0 : hits / flagged;
    return { ...base, labelled: { odd, hits, precision, recall: hits / odd } };
  }
}

/** How many of the sorted values are above a threshold. */
export function above(sorted: Float32Array, threshold: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! > threshold) high = middle;
    else low = middle + 1;
  }
  return sorted.length - low;
}
