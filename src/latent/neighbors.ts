import { integer, show } from "../check.js";
import { ArgumentError, NonFiniteError, ShapeError } from "../errors.js";
import { Matrix } from "../matrix.js";

/** The nearest codes of each query, nearest first. */
export interface Neighbors {
  /** How many there are of each query. */
  readonly k: number;
  /** Rows of the codes, [queries, k], row-major. */
  readonly indices: Uint32Array;
  /** Their Euclidean distances, [queries, k]. */
  readonly distances: Matrix;
}

/**
 * The codes that are nearest to each query, by Euclidean distance. Every code is looked at: exact, and in time
 * proportional to queries × codes, on the calling thread. Distances are compared in float64; among equal ones the
 * lower index comes first.
 *
 * @param codes what `encode` gives, [codes, latentSize]
 * @param query codes of the same width, or one code as its numbers
 * @param k how many to find, at most as many as there are codes
 * @throws {ArgumentError} {ShapeError} {NonFiniteError} for anything else
 */
export function nearestNeighbors(
  codes: Matrix,
  query: Matrix | Float32Array | readonly number[],
  k: number,
): Neighbors {
  if (!(codes instanceof Matrix)) throw new ArgumentError(`codes must be a Matrix, not ${show(codes)}`);
  const queries = toQueries(query, codes.columns);
  if (integer("k", k) > codes.rows) {
    throw new ArgumentError(`k must be at most the number of codes, ${codes.rows}, not ${k}`);
  }
  assertFinite("codes", codes);
  assertFinite("query", queries);
  const indices = new Uint32Array(queries.rows * k);
  const distances = new Float32Array(queries.rows * k);
  for (let row = 0; row < queries.rows; row++) {
    const nearest = nearestTo(codes, queries.row(row), k);
    indices.set(nearest.indices, row * k);
    distances.set(nearest.squares.map(Math.sqrt), row * k);
  }
  return { k, indices, distances: new Matrix(distances, queries.rows, k) };
}

/** The k codes of the least squared distances to a point, in order; kept sorted while all codes go by. */
function nearestTo({ data, rows, columns }: Matrix, point: Float32Array, k: number) {
  const indices = new Uint32Array(k);
  const squares = new Float64Array(k).fill(Infinity);
  for (let row = 0; row < rows; row++) {
    let square = 0;
    for (let j = 0; j < columns; j++) square += (data[row * columns + j]! - point[j]!) ** 2;
    if (square >= squares[k - 1]!) continue;
    let at = k - 1;
    for (; at > 0 && squares[at - 1]! > square; at--) {
      squares[at] = squares[at - 1]!;
      indices[at] = indices[at - 1]!;
    }
    squares[at] = square;
    indices[at] = row;
  }
  return { indices, squares };
}

function toQueries(query: Matrix | Float32Array | readonly number[], columns: number): Matrix {
  if (query instanceof Matrix || query instanceof Float32Array) {
    const width = query instanceof Matrix ? query.columns : query.length;
    if (width !== columns) throw new ShapeError(`query has ${width} columns, but the codes have ${columns}`);
    return query instanceof Matrix ? query : new Matrix(query, 1, columns);
  }
  if (!Array.isArray(query)) {
    throw new ArgumentError(
      `query must be a Matrix, a Float32Array or an array of numbers, not ${show(query)}`,
    );
  }
  query.forEach((value: unknown, i) => {
    if (typeof value !== "number")
      throw new ArgumentError(`element ${i} of query must be a number, not ${show(value)}`);
  });
  return toQueries(Float32Array.from(query), columns);
}

function assertFinite(name: string, { data, columns }: Matrix): void {
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const place = `row ${Math.floor(bad / columns)}, column ${bad % columns} of ${name}`;
  throw new NonFiniteError(`${place} is ${data[bad]}; all values must be finite`);
}
