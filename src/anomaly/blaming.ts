import type { Columns } from "./columns.js";

/** A column that is blamed for a row's score. */
export interface Blamed {
  readonly column: number;
  /** The fraction of the squared score that disappears when the column is masked, 0 to 1. */
  readonly share: number;
  /** The expected values of its features, predicted while it was masked. */
  readonly expected: readonly number[];
}

/** A part of the samples on its way through the members. */
export interface Part {
  readonly first: number;
  readonly count: number;
  /** Scaled values, [count, inputSize]. */
  readonly scaled: Float32Array;
}

/** The dimensions of the samples. */
interface Shape {
  readonly columns: Columns;
  readonly inputSize: number;
}

/** The state of blaming columns, for several rows at once. */
export class Blaming {
  readonly part: Part;
  /** The networks' input; 0, the mean, for a masked column. */
  readonly input: Float32Array;
  /** The columns blamed so far, for each row. */
  readonly blamed: Blamed[][];
  readonly #shape: Shape;
  /** Squares of the remaining ratios, [rows, columns]; 0 for columns already blamed. */
  #squares: Float64Array = new Float64Array();
  /** The sums of these squares for each row: at the start, and now. */
  #all: Float64Array = new Float64Array();
  #left: Float64Array = new Float64Array();
  /** The column just masked in each row, or −1. */
  readonly #masked: Int32Array;

  constructor(shape: Shape, part: Part, input: Float32Array) {
    this.#shape = shape;
    this.part = part;
    this.input = input;
    this.blamed = Array.from({ length: part.count }, () => []);
    this.#masked = new Int32Array(part.count);
  }

  /** @param squares squared ratios with no column masked */
  begin(squares: Float64Array): void {
    this.#squares = squares;
    this.#all = Float64Array.from(this.blamed, (_, row) => this.#sum(row));
    this.#left = this.#all.slice();
  }

  /** Masks the column with the largest ratio in each row. */
  mask(): void {
    const { columns, inputSize } = this.#shape;
    for (let row = 0; row < this.part.count; row++) {
      const own = this.#own(row);
      const column = own.indexOf(own.reduce((most, square) => (square > most ? square : most), 0));
      this.#masked[row] = own[column]! > 0 ? column : -1;
      if (this.#masked[row]! < 0) continue;
      for (const feature of columns[column]!.features) this.input[row * inputSize + feature] = 0;
    }
  }

  /** Takes the members' results for the masked rows. */
  learn(squares: Float64Array, output: Float64Array): void {
    const { columns, inputSize } = this.#shape;
    this.#squares = squares;
    for (let row = 0; row < this.part.count; row++) {
      const column = this.#masked[row]!;
      if (column < 0) {
        this.#own(row).fill(0);
        continue;
      }
      for (const earlier of this.blamed[row]!) this.#own(row)[earlier.column] = 0;
      this.#own(row)[column] = 0;
      const before = this.#left[row]!;
      const left = Math.min(before, this.#sum(row));
      this.#left[row] = left;
      this.blamed[row]!.push({
        column,
        share: (before - left) / this.#all[row]!,
        expected: columns[column]!.features.map((feature) => output[row * inputSize + feature]!),
      });
    }
  }

  #own(row: number): Float64Array {
    const width = this.#shape.columns.length;
    return this.#squares.subarray(row * width, (row + 1) * width);
  }

  #sum(row: number): number {
    let sum = 0;
    for (const square of this.#own(row)) sum += square;
    return sum;
  }
}
