import { checkPart, checkValues, partOf, type Rows, type Wanted, wantedOf } from "../data/samples.js";
import type { Scaling } from "../data/scaling.js";
import type { Values } from "../data/values.js";
import type { Work } from "../engine/turns.js";
import { scaleRows } from "./scaledRows.js";

/** Rows in blocks as the engine takes them: checked, and scaled if they must be. */
export class BlockReader {
  readonly #rows: Rows;
  readonly #scaling: Scaling | undefined;
  readonly #unit: boolean;
  readonly #wanted: Wanted;
  #scaled = new Float32Array(0);

  /** @param unit whether cross-entropy compares the values, which must then lie in [0, 1] */
  constructor(rows: Rows, scaling: Scaling | undefined, unit: boolean) {
    this.#rows = rows;
    this.#scaling = scaling;
    this.#unit = unit;
    this.#wanted = wantedOf(scaling !== undefined, unit);
  }

  /** Checks all rows. */
  check(): Work<void> {
    return checkValues(this.#rows, this.#wanted);
  }

  /** What the engine can check, much faster, in a block that it has copied in; undefined if it cannot. */
  get checkedByEngine(): Wanted | undefined {
    return !this.#scaling && this.#rows.data instanceof Float32Array ? this.#wanted : undefined;
  }

  /** Checks `count` rows from row `first` on. */
  checkBlock(first: number, count: number): void {
    checkPart(this.#rows, partOf(this.#rows, first, count), first, this.#wanted);
  }

  /** A live view of `count` rows from row `first` on, valid until the next call. */
  read(first: number, count: number): Values {
    if (!this.#scaling) return partOf(this.#rows, first, count);
    const size = count * this.#rows.columns;
    if (this.#scaled.length < size) this.#scaled = new Float32Array(size);
    const scaled = this.#scaled.subarray(0, size);
    scaleRows(this.#scaling, this.#rows, first, count, scaled, this.#unit);
    return scaled;
  }
}
