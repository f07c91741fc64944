import { STREAM_SHUFFLE } from "../../assembly/abi.js";
import { ArgumentError, StateError } from "../common/errors.js";
import { checkValues, ELEMENTS_PER_TURN, partOf, type Rows, type Wanted } from "../data/samples.js";
import { Blocks } from "../engine/blocks.js";
import type { Engine } from "../engine/engine.js";
import type { Address, Block } from "../engine/memory.js";
import type { Work } from "../engine/turns.js";
import { seedWords } from "../math/seed.js";
import type { Source } from "../network/trainingStep.js";
import type { Gate } from "./gate.js";
import { ChunkReader, emptyStream, type StreamedRows } from "./sampleStream.js";
import { scaleRows } from "./scaledRows.js";
import { type BatchOptions, type BatchSource, kindOf } from "./trainingData.js";

/** How a stream is read. */
export interface StreamOptions extends BatchOptions {
  /** Rows that a batch is drawn from when shuffling. */
  readonly shuffleBuffer: number;
}

/**
 * Training data that come in chunks. Rows are copied into a buffer of slots in the engine's memory: as many as a batch
 * without shuffling, `shuffleBuffer` with it. A step takes the rows of some slots, the first or randomly drawn ones, and
 * the next rows of the stream go where those were, so that nothing but the buffer and two chunks is ever held.
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
  readonly #blocks: Blocks;
  #data!: Block;
  /** The slots; the first `#free` of them are to be filled, the others up to `#filled` hold rows. */
  #order!: Block;
  #random!: Block;
  /** Which row of the stream each slot holds, and the same of the batch's rows. */
  #rowOfSlot!: Block;
  #places!: Block;
  #kind: Source["kind"] = "floats";
  /** Whether the chunks have bytes. */
  #bytes = false;
  #reader: ChunkReader | undefined;
  #chunk: Rows | undefined;
  /** Rows of the chunk that were taken. */
  #taken = 0;
  #free = 0;
  #filled = 0;
  #epoch = 0;
  #batches = 0;
  /** Rows that were copied in, and rows of the batches, in this epoch. */
  #copied = 0;
  #count = 0;

  constructor(engine: Engine, given: StreamedRows, gate: Gate, options: StreamOptions) {
    this.batchSize = options.batchSize;
    this.#engine = engine;
    this.#given = given;
    this.#gate = gate;
    this.#options = options;
    this.#slots = options.shuffle ? Math.max(options.shuffleBuffer, options.batchSize) : options.batchSize;
    this.#blocks = new Blocks(engine.memory);
  }

  get source(): Source {
    return { kind: this.#kind, at: this.#data.at(), rows: this.#slots, inOrder: false };
  }

  /** Reads the first chunk, which tells bytes from floats. */
  *open(): Work<void> {
    this.#reader = new ChunkReader(this.#given);
    yield* this.#readChunk();
    if (!this.#chunk) throw emptyStream(this.#given);
    this.#bytes = this.#chunk.data instanceof Uint8Array;
    this.#kind = kindOf(this.#chunk, this.#options.scaling);
    this.#data = this.#blocks.allocate(this.#slots * this.#given.columns * (this.#kind === "bytes" ? 1 : 4));
    this.#rowOfSlot = this.#blocks.allocate(this.#slots * 4);
    this.#places = this.#blocks.allocate(this.batchSize * 4);
    this.#order = this.#blocks.allocate(this.#slots * 4);
    this.#random = this.#blocks.allocate(this.batchSize * 4);
  }

  begin(epoch: number): void {
    this.#epoch = epoch;
    this.#batches = 0;
    this.#copied = 0;
    this.#count = 0;
    this.#free = this.#slots;
    this.#filled = this.#slots;
    this.#order.words().forEach((_, index, words) => {
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
    const [order, rowOfSlot, places] = [this.#order.words(), this.#rowOfSlot.words(), this.#places.words()];
    for (let i = 0; i < rows; i++) places[i] = rowOfSlot[order[i]!]!;
    return rows;
  }

  get indices(): Address {
    return this.#order.at();
  }

  get places(): Address {
    return this.#places.at();
  }

  /** Fills the free slots; at the end of the stream those that stay free are taken out of the order. */
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
    this.#order.words().copyWithin(slot, this.#free, this.#filled);
    this.#filled -= this.#free - slot;
    this.#free = 0;
  }

  /** Copies rows of the chunk to as many free slots as stand side by side. Returns how many. */
  #copyRun(slot: number, chunk: Rows): number {
    const { rows } = chunk;
    const words = this.#order.words();
    const first = words[slot]!;
    const most = Math.min(this.#free - slot, rows - this.#taken);
    let count = 1;
    while (count < most && words[slot + count] === first + count) count++;
    this.#copy(chunk, count, first);
    const rowOfSlot = this.#rowOfSlot.words();
    for (let i = 0; i < count; i++) rowOfSlot[first + i] = this.#copied++;
    this.#taken += count;
    if (this.#taken === rows) this.#chunk = undefined;
    return count;
  }

  /** Copies `count` rows of the chunk to the slots from `slot` on. */
  #copy(chunk: Rows, count: number, slot: number): void {
    const { columns } = chunk;
    const { scaling } = this.#options;
    if (scaling) {
      const target = this.#data.floats().subarray(slot * columns);
      this.#blame(() => scaleRows(scaling, chunk, this.#taken, count, target, this.#options.unit));
      return;
    }
    const from = partOf(chunk, this.#taken, count);
    const target = from instanceof Uint8Array ? this.#data.view() : this.#data.floats();
    target.set(from, slot * columns);
  }

  /** Brings `rows` randomly drawn slots to the front (the first steps of Fisher and Yates's shuffle). */
  #draw(rows: number): void {
    const { kernels, scratch } = this.#engine;
    const [low, high] = seedWords(this.#options.seed);
    // Sample 0 of the stream of random numbers is what shuffles data that are in memory as a whole.
    const sample = this.#batches + 1;
    kernels.randomWords(this.#random.at(), rows, low, high, STREAM_SHUFFLE, this.#epoch, sample, scratch);
    const random = this.#random.words();
    const order = this.#order.words();
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

  /** What `body` throws is the data's fault. */
  #blame(body: () => void): void {
    try {
      body();
    } catch (error) {
      this.failed = true;
      throw error;
    }
  }

  /** What the values have to be before they are scaled, or copied as they are. */
  get #wanted(): Wanted {
    if (this.#options.scaling) return "finite";
    return this.#options.unit ? "unit" : "float32";
  }

  *#check(chunk: Rows): Work<void> {
    try {
      const bytes = chunk.data instanceof Uint8Array;
      if (this.#data && bytes !== this.#bytes) {
        const name = (isBytes: boolean) => (isBytes ? "bytes" : "floats");
        throw new ArgumentError(
          `${chunk.name} has ${name(bytes)}, but the chunks before it had ${name(!bytes)}`,
        );
      }
      yield* checkValues(chunk, this.#wanted);
    } catch (error) {
      // The end of the model comes as a StateError, and is not the data's fault.
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
    this.#blocks.release();
  }
}
