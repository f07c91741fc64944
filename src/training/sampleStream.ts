import { show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import {
  type ExampleOptions,
  type ExampleRows,
  type Examples,
  isExamples,
  toExamples,
  withExamples,
} from "../data/examples.js";
import { hasOwnChunks } from "../data/ownChunks.js";
import { isSamples, type Samples, toOwnRows, toRows } from "../data/samples.js";
import type { Work } from "../engine/turns.js";
import type { Gate } from "./gate.js";

/**
 * Samples in chunks of any number of rows: an async iterable, such as a file read as a stream, or a function that
 * returns an iterable, sync or async. To be read more than once, the stream must start again each time, as a function
 * does; a generator object can only be read once.
 */
export type SampleStream = AsyncIterable<Samples> | (() => AsyncIterable<Samples> | Iterable<Samples>);

/** A stream for training and evaluation, whose chunks may bring targets and weights: `{ samples, targets }`. */
export type ExampleStream =
  | AsyncIterable<Samples | Examples>
  | (() => AsyncIterable<Samples | Examples> | Iterable<Samples | Examples>);

/** A stream of samples to read, and what is known about it. */
export interface StreamedRows {
  /** The name that the caller uses for it, for messages. */
  readonly name: string;
  readonly stream: ExampleStream;
  readonly columns: number;
  /** Whether chunks may be examples, or must bring targets; otherwise they must be samples. */
  readonly examples?: true | "with targets";
}

/** Whether `value` is a stream, not samples in memory. */
export function isStream(value: unknown): value is ExampleStream {
  if (typeof value === "function") return true;
  return typeof value === "object" && value !== null && !isSamples(value) && Symbol.asyncIterator in value;
}

/**
 * Samples in memory with their shape checked, for a call that returns a promise; or a stream whose chunks will be
 * checked when they arrive.
 *
 * @param given targets and weights of samples in memory
 * @throws {ShapeError} {ArgumentError} as for `toExamples`, and for a stream with targets or weights beside it
 */
export function toInput(
  name: string,
  samples: Samples | ExampleStream,
  columns: number,
  given: Unset<ExampleOptions> = {},
): ExampleRows | StreamedRows {
  if (!isStream(samples)) return withExamples(toOwnRows(name, samples, columns), given, toOwnRows);
  const option = given.targets !== undefined ? "targets" : "sampleWeight";
  if (given[option] === undefined) return { name, stream: samples, columns, examples: true };
  throw new ArgumentError(
    `${option} is for samples in memory; a stream brings its own in each chunk: { samples, ${option} }`,
  );
}

/** Options with each of them possibly undefined. */
type Unset<T> = { readonly [key in keyof T]?: T[key] | undefined };

/** @throws {ArgumentError} if the stream can only be read once, but `times` is more */
export function assertRepeatable({ name, stream }: StreamedRows, times: number, why: string): void {
  if (times <= 1 || typeof stream === "function" || !isSpent(stream)) return;
  throw new ArgumentError(
    `${name} can be gone through only once, but ${why}; give a function that returns a new iterable`,
  );
}

/** Whether an iterable has nothing left after it was read, such as a generator object. */
function isSpent(stream: AsyncIterable<unknown>): boolean {
  // A ReadableStream has `getReader`, a stream of Node `pipe`. To ask one for an iterator locks it.
  const { getReader, pipe } = stream as { getReader?: unknown; pipe?: unknown };
  if (typeof getReader === "function" || typeof pipe === "function") return true;
  const iterator: unknown = stream[Symbol.asyncIterator]();
  return iterator === stream;
}

type Result = { readonly value: IteratorResult<Samples | Examples> } | { readonly error: unknown };

/**
 * Reads a stream chunk by chunk. It requests the next chunk before handing out the current one, so that both can be
 * worked on at the same time. It never has more than one request open.
 */
export class ChunkReader {
  readonly #rows: StreamedRows;
  readonly #iterator: AsyncIterator<Samples | Examples> | Iterator<Samples | Examples>;
  readonly #toRows: typeof toRows;
  #asked: Promise<void>;
  #result: Result | undefined;
  #chunks = 0;
  #ended = false;
  /** What comes with the samples of the first chunk, in words. */
  #companions: string | undefined;
  /** Whether the stream or one of its chunks caused the error. */
  failed = false;

  /** @throws whatever the stream's function throws, and {ArgumentError} if it does not return an iterable */
  constructor(rows: StreamedRows) {
    this.#rows = rows;
    this.#iterator = iteratorOf(rows);
    // Copied, because the next chunk is requested right away and the stream may reuse its buffer.
    this.#toRows = hasOwnChunks(rows.stream)
      ? toRows
      : (name, chunk, columns) => toOwnRows(name, chunk, columns, Infinity);
    this.#asked = this.#ask();
  }

  /**
   * The next chunk; undefined at the end.
   *
   * @param gate what else can end the wait
   * @throws whatever the stream throws, and whatever `toRows` throws for a chunk
   */
  *read(gate: Gate): Work<ExampleRows | undefined> {
    while (!this.#result) yield* gate.wait(this.#asked);
    const rows = this.#take(this.#result);
    if (rows) this.#asked = this.#ask();
    return rows;
  }

  #take(result: Result): ExampleRows | undefined {
    const { name, columns, examples } = this.#rows;
    this.#ended = !("value" in result) || result.value.done === true;
    try {
      if ("error" in result) throw result.error;
      if (result.value.done) return undefined;
      const chunk = `chunk ${++this.#chunks} of ${name}`;
      const { value } = result.value;
      const rows =
        examples && isExamples(value)
          ? toExamples(chunk, value, columns, this.#toRows)
          : this.#toRows(chunk, value as Samples, columns);
      if (examples === "with targets" && !("targets" in rows)) {
        throw new ArgumentError(
          `${chunk} must have targets, as the training samples do: { samples, targets }`,
        );
      }
      this.#assertAlike(chunk, rows);
      return rows;
    } catch (error) {
      this.failed = true;
      throw error;
    }
  }

  /** @throws {ArgumentError} if a chunk brings targets or weights and others do not: one of them would be a slip */
  #assertAlike(chunk: string, { targets, weights }: ExampleRows): void {
    const brought =
      [targets && "targets", weights && "weights"].filter(Boolean).join(" and ") || "only samples";
    this.#companions ??= brought;
    if (brought === this.#companions) return;
    throw new ArgumentError(`${chunk} has ${brought}, but the chunks before it had ${this.#companions}`);
  }

  /** Tells a stream that was not read to its end that no more chunks are needed. */
  release(): void {
    if (this.#ended) return;
    this.#ended = true;
    // Not awaited: the stream may be stuck producing the requested chunk.
    void (async () => this.#iterator.return?.())().catch(() => {});
  }

  async #ask(): Promise<void> {
    this.#result = undefined;
    try {
      this.#result = { value: await this.#iterator.next() };
    } catch (error) {
      this.#result = { error };
    }
  }
}

function iteratorOf({
  name,
  stream,
}: StreamedRows): AsyncIterator<Samples | Examples> | Iterator<Samples | Examples> {
  const iterable: Partial<AsyncIterable<Samples | Examples> & Iterable<Samples | Examples>> =
    typeof stream === "function" ? stream() : stream;
  const iterator = iterable?.[Symbol.asyncIterator]?.() ?? iterable?.[Symbol.iterator]?.();
  if (!iterator)
    throw new ArgumentError(`${name} is a function that returned ${show(iterable)}, no iterable`);
  return iterator;
}

/** Calls `take` with samples in memory, or with each chunk of a stream. */
export function* forEachChunk(
  input: ExampleRows | StreamedRows,
  gate: Gate,
  take: (rows: ExampleRows) => Work<void>,
): Work<void> {
  if ("data" in input) return yield* take(input);
  const reader = new ChunkReader(input);
  try {
    let chunks = 0;
    for (let rows = yield* reader.read(gate); rows; rows = yield* reader.read(gate)) {
      chunks++;
      yield* take(rows);
    }
    if (chunks === 0) throw emptyStream(input);
  } finally {
    reader.release();
  }
}

export function emptyStream({ name }: StreamedRows): ShapeError {
  return new ShapeError(`${name} is a stream that gave no chunk; at least one row is needed`);
}
