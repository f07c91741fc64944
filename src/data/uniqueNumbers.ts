import type { Cell } from "../formats/table.js";

/** Names of columns whose values identify the rows. */
const UNIQUE_NAME = /(?:^|[\s_.-])(?:id|uuid|guid)(?:$|[\s_.-])/i;
const CAMEL_ID = /[a-z](?:Id|ID)$/;

/** How many numbers are kept; if none repeats among so many, none is thought to. */
const MOST = 1 << 17;

/** Whether a column's name says that it identifies the rows. */
export function isUniqueName(name: string): boolean {
  return UNIQUE_NAME.test(name) || CAMEL_ID.test(name);
}

/** Finds out whether numbers repeat, in bounded memory: also integers beyond 2^53, of which 64-bit floats lack some. */
export class UniqueNumbers {
  #seen: Set<Cell> | undefined = new Set();

  /** @param cell what the number was read from */
  add(value: number, cell: Cell): void {
    if (!this.#seen || this.#seen.size === MOST) return;
    const key = Number.isSafeInteger(value) ? value : String(cell);
    if (this.#seen.has(key)) this.#seen = undefined;
    else this.#seen.add(key);
  }

  /** Whether no number has come twice. */
  get all(): boolean {
    return this.#seen !== undefined;
  }
}
