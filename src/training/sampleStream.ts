import { show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import { isSamples, type Rows, type Samples, toOwnRows } from "../data/samples.js";
import type { Work } from "../engine/turns.js";
import type { Gate } from "./gate.js";

/**
 * Samples in chunks of any number of rows: an async iterable, such as a file read as a stream, or a function that
 * returns an iterable, sync or async. To be read more than once, the stream must start again each time, as a function
 * does; a generator object can only be read once.
 */
export type SampleStream = AsyncIterable<Samples> | (() => AsyncIterable<Samples> | Iterable<Samples>);

/** A stream of samples to read, and what is known about it. */
export interface StreamedRows {
  /** The name that the caller uses for it, for messages. */
  readonly name: string;
  readonly stream: SampleStream;
  readonly columns: number;
}

/** Whether `value` is a stream, not samples in memory. */
export function isStream(value: unknown): value is SampleStream {
  if (typeof value === "function") return true;
  return typeof value === "object" && value !== null && !isSamples(value) && Symbol.asyncIterator in value;
}

/**
 * Samples in memory with their shape checked, for a call that returns a promise; or a stream whose chunks will be
 * checked when they arrive.
 *
 * @throws {ShapeError} {ArgumentError} as for `toRows`
 */
export function toInput(name: string, samples: Samples | SampleStream, columns: number): Rows | StreamedRows {
  return isStream(samples) ? { name, stream: samples, columns } : toOwnRows(name, samples, columns);
}

/** @throws {ArgumentError} if the stream can only be read once, but `times` is more */
export function assertRepeatable({ name, stream }: StreamedRows, times: number, why: string): void {
  if (times <= 1 || typeof stream === "function") return;
  const iterator: unknown = stream[Symbol.asyncIterator]();
  // An iterator that is its own iterable, such as a generator object, has nothing left after the first read.
  if (iterator === stream) {
    throw new ArgumentError(
      `${name} can be gone through only once, but ${why}; give a function that returns a new iterable`,
    );
  }
}

type Result = { readonly value: IteratorResult<Samples> } | { readonly error: unknown };

/**
 * Reads a stream chunk by chunk. It requests the next chunk before handing out the current one, so that both can be
 * worked on at the same time. It never has more than one request open.
 */
export class ChunkReader {
  readonly #rows: StreamedRows;
  readonly #iterator: AsyncIterator<Samples> | Iterator<Samples>;
  #asked: Promise<void>;
  #result: Result | undefined;
  #chunks = 0;
  #ended = false;
  /** Whether the stream or one of its chunks caused the error. */
  failed = false;

  /** @throws whatever the stream's function throws, and {ArgumentError} if it does not return an iterable */
  constructor(rows: StreamedRows) {
    this.#rows = rows;
    this.#iterator = iteratorOf(rows);
    this.#asked = this.#ask();
  }

  /**
   * The next chunk; undefined at the end.
   *
   * @param gate what else can end the wait
   * @throws whatever the stream throws, and whatever `toRows` throws for a chunk
   */
  *read(gate: Gate): Work<Rows | undefined> {
    while (!this.#result) yield* gate.wait(this.#asked);
    const rows = this.#take(this.#result);
    if (rows) this.#asked = this.#ask();
    return rows;
  }

  #take(result: Result): Rows | undefined {
    const { name, columns } = this.#rows;
    this.#ended = !("value" in result) || result.value.done === true;
    try {
      if ("error" in result) throw result.error;
      if (result.value.done) return undefined;
      // Copied, because the next chunk is requested right away and the stream may reuse its buffer.
      return toOwnRows(`chunk ${++this.#chunks} of ${name}`, result.value.value, columns, Infinity);
    } catch (error) {
      this.failed = true;
      throw error;
    }
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

function iteratorOf({ name, stream }: StreamedRows): AsyncIterator<Samples> | Iterator<Samples> {
  const iterable: Partial<AsyncIterable<Samples> & Iterable<Samples>> =
    typeof stream === "function" ? stream() : stream;
  const iterator = iterable?.[Symbol.asyncIterator]?.() ?? iterable?.[Symbol.iterator]?.();
  if (!iterator)
    throw new ArgumentError(`${name} is a function that returned ${show(iterable)}, no iterable`);
  return iterator;
}

/** Calls `take` with samples in memory, or with each chunk of a stream. */
export function* forEachChunk(
  input: Rows | StreamedRows,
  gate: Gate,
  take: (rows: Rows) => Work<void>,
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
