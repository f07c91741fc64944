import type { Columns } from "./columns.js";

/** A column that is blamed for a row's score. */
export interface Blamed {
  readonly column: number;
  /** The part of the squared score that goes away when the column is unknown, 0 to 1. */
  readonly share: number;
  /** What its features were expected to be while it was unknown. */
  readonly expected: readonly number[];
}

/** A part of samples on its way through the members. */
export interface Part {
  readonly first: number;
  readonly count: number;
  /** Scaled values, [count, inputSize]. */
  readonly scaled: Float32Array;
}

/** What samples consist of. */
interface Shape {
  readonly columns: Columns;
  readonly inputSize: number;
}

/** How far the blaming of columns is, for some rows at once. */
export class Blaming {
  readonly part: Part;
  /** What the networks are given; 0, the mean, where a column is unknown. */
  readonly input: Float32Array;
  /** What has been blamed, of each row. */
  readonly blamed: Blamed[][];
  readonly #shape: Shape;
  /** Squares of the ratios that are left, [rows, columns]; 0 for columns that have been blamed. */
  #squares: Float64Array = new Float64Array();
  /** Their sums, of each row: at first, and now. */
  #all: Float64Array = new Float64Array();
  #left: Float64Array = new Float64Array();
  /** The column that each row has just masked, or −1. */
  readonly #masked: Int32Array;

  constructor(shape: Shape, part: Part, input: Float32Array) {
    this.#shape = shape;
    this.part = part;
    this.input = input;
    this.blamed = Array.from({ length: part.count }, () => []);
    this.#masked = new Int32Array(part.count);
  }

  /** @param squares of the ratios, while everything is known */
  begin(squares: Float64Array): void {
    this.#squares = squares;
    this.#all = Float64Array.from(this.blamed, (_, row) => this.#sum(row));
    this.#left = this.#all.slice();
  }

  /** Has the column with the largest ratio of each row be unknown. */
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

  /** Takes in what the members make of the rows now. */
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
