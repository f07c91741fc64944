import { STREAM_SHUFFLE } from "../../assembly/abi.js";
import { ArgumentError, StateError } from "../common/errors.js";
import { checkExamples, type ExampleRows } from "../data/examples.js";
import { ELEMENTS_PER_TURN, partOf, type Rows } from "../data/samples.js";
import type { Engine } from "../engine/engine.js";
import { fillWords } from "../engine/random.js";
import { Storage } from "../engine/storage.js";
import type { Tensor } from "../engine/tensor.js";
import type { Work } from "../engine/turns.js";
import type { Source } from "../network/trainingStep.js";
import type { Gate } from "./gate.js";
import { ChunkReader, emptyStream, type StreamedRows } from "./sampleStream.js";
import { scaleRows } from "./scaledRows.js";
import { type BatchOptions, type BatchSource, roomFor, type Stored, sourceOf } from "./trainingData.js";

/** How a stream is read. */
export interface StreamOptions extends BatchOptions {
  /** Size of the buffer, in rows, from which batches are drawn when shuffling. */
  readonly shuffleBuffer: number;
}

/**
 * Training data that comes in chunks. Rows are copied into slots of a buffer in the engine's memory: one batch of slots
 * without shuffling, `shuffleBuffer` slots with it. A step takes the rows of some slots, either the first ones or
 * randomly drawn ones, and the stream's next rows replace them. That way, only the buffer and two chunks are in memory
 * at any time.
 */
export class StreamedData implements BatchSource {
  readonly batchSize: number;
  rows: number | undefined;
  failed = false;
  readonly #engine: Engine;
  readonly #given: StreamedRows;
  readonly #options: StreamOptions;
  readonly #gate: Gate;
  readonly #slots: number;
  readonly #storage: Storage;
  #data!: Stored;
  #targets: Stored | undefined;
  #weights: Tensor | undefined;
  /** The slots: the first `#free` are empty; those after them, up to `#filled`, hold rows. */
  #order!: Tensor<Uint32Array>;
  #random!: Tensor<Uint32Array>;
  /** The stream row that each slot holds, and the same for the batch's rows. */
  #rowOfSlot!: Tensor<Uint32Array>;
  #places!: Tensor<Uint32Array>;
  /** What the chunks consist of, in words. */
  #kind = "";
  #reader: ChunkReader | undefined;
  #chunk: ExampleRows | undefined;
  /** Rows already taken from the chunk. */
  #taken = 0;
  #free = 0;
  #filled = 0;
  #epoch = 0;
  #batches = 0;
  /** Rows copied in during this epoch, and rows in its batches so far. */
  #copied = 0;
  #count = 0;

  constructor(engine: Engine, given: StreamedRows, gate: Gate, options: StreamOptions) {
    this.batchSize = options.batchSize;
    this.#engine = engine;
    this.#given = given;
    this.#gate = gate;
    this.#options = options;
    this.#slots = options.shuffle ? Math.max(options.shuffleBuffer, options.batchSize) : options.batchSize;
    this.#storage = new Storage(engine);
  }

  get source(): Source {
    return sourceOf(this.#data, this.#targets, this.#weights, false);
  }

  /** Reads the first chunk, to find out whether data are bytes or floats, and what is given with them. */
  *open(): Work<void> {
    this.#reader = new ChunkReader(this.#given);
    yield* this.#readChunk();
    if (!this.#chunk) throw emptyStream(this.#given);
    const { targets, weights } = this.#chunk;
    const { scaling } = this.#options;
    this.#kind = kindOf(this.#chunk);
    this.#data = roomFor(this.#storage, this.#chunk, scaling, this.#slots);
    this.#targets = targets && roomFor(this.#storage, targets, scaling, this.#slots);
    this.#weights = weights && this.#storage.floats(this.#slots);
    this.#rowOfSlot = this.#storage.words(this.#slots);
    this.#places = this.#storage.words(this.batchSize);
    this.#order = this.#storage.words(this.#slots);
    this.#random = this.#storage.words(this.batchSize);
  }

  begin(epoch: number): void {
    this.#epoch = epoch;
    this.#batches = 0;
    this.#copied = 0;
    this.#count = 0;
    this.#free = this.#slots;
    this.#filled = this.#slots;
    this.#order.values.forEach((_, index, words) => {
      words[index] = index;
    });
    this.#reader ??= new ChunkReader(this.#given);
  }

  next(): number {
    const rows = Math.min(this.batchSize, this.#filled);
    if (rows === 0) {
      this.#end();
      return 0;
    }
    if (this.#options.shuffle) this.#draw(rows);
    this.#free = rows;
    this.#count += rows;
    this.#batches++;
    const [order, rowOfSlot, places] = [this.#order.values, this.#rowOfSlot.values, this.#places.values];
    for (let i = 0; i < rows; i++) places[i] = rowOfSlot[order[i]!]!;
    return rows;
  }

  get indices(): Tensor<Uint32Array> {
    return this.#order;
  }

  get places(): Tensor<Uint32Array> {
    return this.#places;
  }

  /** Fills the free slots. At the end of the stream, slots that stay free are removed from the order. */
  *refill(): Work<void> {
    let slot = 0;
    let copied = 0;
    while (slot < this.#free) {
      if (!this.#chunk) yield* this.#readChunk();
      if (!this.#chunk) break;
      const rows = this.#copyRun(slot, this.#chunk);
      slot += rows;
      copied += rows * this.#given.columns;
      if (copied >= ELEMENTS_PER_TURN) {
        copied = 0;
        yield;
      }
    }
    this.#order.values.copyWithin(slot, this.#free, this.#filled);
    this.#filled -= this.#free - slot;
    this.#free = 0;
  }

  /** Copies rows of the chunk to as many free slots as are adjacent. Returns how many. */
  #copyRun(slot: number, chunk: ExampleRows): number {
    const { rows } = chunk;
    const words = this.#order.values;
    const first = words[slot]!;
    const most = Math.min(this.#free - slot, rows - this.#taken);
    let count = 1;
    while (count < most && words[slot + count] === first + count) count++;
    const { targets, weights } = chunk;
    const { unit } = this.#options;
    // Cross-entropy compares the output with the targets, so only these must lie in [0, 1].
    this.#copy(chunk, count, this.#data, first, unit && !targets);
    if (targets) this.#copy(targets, count, this.#targets!, first, unit);
    if (weights) this.#weights!.values.set(weights.subarray(this.#taken, this.#taken + count), first);
    const rowOfSlot = this.#rowOfSlot.values;
    for (let i = 0; i < count; i++) rowOfSlot[first + i] = this.#copied++;
    this.#taken += count;
    if (this.#taken === rows) this.#chunk = undefined;
    return count;
  }

  /** Copies the next `count` rows to the slots starting at `slot`. */
  #copy(rows: Rows, count: number, { values }: Stored, slot: number, unit: boolean): void {
    const { columns } = rows;
    const { scaling } = this.#options;
    if (scaling) {
      const target = values.subarray(slot * columns) as Float32Array;
      this.#blame(() => scaleRows(scaling, rows, this.#taken, count, target, unit));
      return;
    }
    values.set(partOf(rows, this.#taken, count), slot * columns);
  }

  /** Moves `rows` randomly drawn slots to the front (the first steps of a Fisher–Yates shuffle). */
  #draw(rows: number): void {
    // Sample 0 of the random stream is used for shuffling data in memory, so batches start at 1.
    const [{ seed }, sample] = [this.#options, this.#batches + 1];
    fillWords(this.#engine, this.#random.first(rows), {
      seed,
      stream: STREAM_SHUFFLE,
      epoch: this.#epoch,
      sample,
    });
    const random = this.#random.values;
    const order = this.#order.values;
    for (let i = 0; i < rows; i++) {
      const j = i + Math.floor((random[i]! * (this.#filled - i)) / 2 ** 32);
      const held = order[i]!;
      order[i] = order[j]!;
      order[j] = held;
    }
  }

  *#readChunk(): Work<void> {
    const reader = this.#reader;
    if (!reader) return;
    try {
      const chunk = yield* reader.read(this.#gate);
      if (chunk) yield* this.#check(chunk);
      else this.#reader = undefined;
      this.#chunk = chunk;
      this.#taken = 0;
    } finally {
      this.failed ||= reader.failed;
    }
  }

  /** Errors thrown by `body` are blamed on the data. */
  #blame(body: () => void): void {
    try {
      body();
    } catch (error) {
      this.failed = true;
      throw error;
    }
  }

  *#check(chunk: ExampleRows): Work<void> {
    try {
      const kind = kindOf(chunk);
      if (this.#data && kind !== this.#kind) {
        throw new ArgumentError(`${chunk.name} has ${kind}, but the chunks before it had ${this.#kind}`);
      }
      const { scaling, unit } = this.#options;
      yield* checkExamples(this.#engine, chunk, scaling !== undefined, unit);
    } catch (error) {
      // A StateError means that the model was disposed, which is not the data's fault.
      this.failed = !(error instanceof StateError);
      throw error;
    }
  }

  #end(): void {
    if (this.#count === 0) {
      this.failed = true;
      throw emptyStream(this.#given);
    }
    this.rows = this.#count;
  }

  release(): void {
    this.#reader?.release();
    this.#storage.release();
  }
}

/** What a chunk consists of, in words: all chunks of a stream must have the same. */
function kindOf({ data, targets, weights }: ExampleRows): string {
  const values = (rows: Pick<Rows, "data">) => (rows.data instanceof Uint8Array ? "bytes" : "floats");
  const compared = targets ? ` with targets of ${values(targets)}` : "";
  return `${values({ data })}${compared}${weights ? (targets ? " and weights" : " with weights") : ""}`;
}
