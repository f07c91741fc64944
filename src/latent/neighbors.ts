import { integer, show } from "../common/check.js";
import { ArgumentError, NonFiniteError, ShapeError } from "../common/errors.js";
import { type AnyMatrix, Matrix, toMatrix } from "../data/matrix.js";
import { toValues } from "../data/values.js";

/** The nearest codes for each query, nearest first. */
export interface Neighbors {
  /** Number of neighbours for each query. */
  readonly k: number;
  /** Row indices of the codes, [queries, k], row-major. */
  readonly indices: Uint32Array;
  /** Euclidean distances, [queries, k]. */
  readonly distances: Matrix;
}

/**
 * Finds the codes that are nearest to each query by Euclidean distance. The search is exact: it compares every query with
 * every code, in float64, on the calling thread. Of equal distances, the lower index comes first.
 *
 * @param codes codes from `encode`, [codes, latentSize]
 * @param query codes of the same width, or one code as an array of numbers
 * @param k how many neighbours to find, at most the number of codes
 * @throws {ArgumentError} {ShapeError} {NonFiniteError} for invalid codes, query or k
 */
export function nearestNeighbors(
  codes: AnyMatrix,
  query: AnyMatrix | Float32Array | Float64Array | readonly number[],
  k: number,
): Neighbors {
  const given = toMatrix(codes);
  if (!given) throw new ArgumentError(`codes must be a Matrix, not ${show(codes)}`);
  const queries = toQueries(query, given.columns);
  if (integer("k", k) > given.rows) {
    throw new ArgumentError(`k must be at most the number of codes, ${given.rows}, not ${k}`);
  }
  assertFinite("codes", given);
  assertFinite("query", queries);
  const indices = new Uint32Array(queries.rows * k);
  const distances = new Float32Array(queries.rows * k);
  for (let row = 0; row < queries.rows; row++) {
    const nearest = nearestTo(given, queries.row(row), k);
    indices.set(nearest.indices, row * k);
    distances.set(nearest.squares.map(Math.sqrt), row * k);
  }
  return { k, indices, distances: new Matrix(distances, queries.rows, k) };
}

/** The k codes with the smallest squared distances to a point, in order. The list stays sorted during the search. */
function nearestTo({ data, rows, columns }: AnyMatrix, point: ArrayLike<number>, k: number) {
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

function toQueries(query: unknown, columns: number): AnyMatrix {
  const queries = toMatrix(query) ?? oneQuery(query);
  if (queries.columns === columns) return queries;
  throw new ShapeError(`query has ${queries.columns} columns, but the codes have ${columns}`);
}

/** One code, given as an array of numbers. */
function oneQuery(query: unknown): AnyMatrix {
  const values = toValues(query);
  if (values && !(values instanceof Uint8Array)) return new Matrix(values, 1, values.length);
  if (!Array.isArray(query)) {
    throw new ArgumentError(
      `query must be a Matrix, a Float32Array or an array of numbers, not ${show(query)}`,
    );
  }
  const numbers = Float64Array.from(query, (value: unknown, i) => {
    if (typeof value === "number") return value;
    throw new ArgumentError(`element ${i} of query must be a number, not ${show(value)}`);
  });
  return new Matrix(numbers, 1, numbers.length);
}

function assertFinite(name: string, { data, columns }: AnyMatrix): void {
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const place = `row ${Math.floor(bad / columns)}, column ${bad % columns} of ${name}`;
  throw new NonFiniteError(`${place} is ${data[bad]}; all values must be finite`);
}
