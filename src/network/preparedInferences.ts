import type { Engine } from "../engine/engine.js";
import { Inference, type Wanted } from "./inference.js";
import type { NetworkLayer } from "./networkLayer.js";

/** The most bytes that a network's cached forward passes may use, not counting their plans of about a kilobyte each. */
const MOST_BYTES = 8 * 2 ** 20;
/** The most forward passes that a network caches. */
const MOST_KEPT = 8;
/** Up to this many rows, the capacity is rounded up, so that calls with few rows can share a pass. */
const FEW_ROWS = 48;

/**
 * A cache of a network's forward passes: memory and plans, ready for the next call. A call takes one for itself and
 * gives it back, so overlapping calls never share one. The most recently used ones are kept. All of them are released
 * when the engine's memory runs out, or with the network.
 */
export class PreparedInferences {
  readonly #engine: Engine;
  /** Passes that no call is using now, the most recently used one last. */
  readonly #idle: { readonly key: string; readonly inference: Inference }[] = [];
  readonly #keys = new WeakMap<Inference, string>();
  #registered = false;
  #released = false;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * A forward pass for this call alone, with room for at least `rows` rows. Give it back after the call, or release it
   * after an error.
   *
   * @throws {OutOfMemoryError} if there is not enough memory
   */
  take(layers: readonly NetworkLayer[], wanted: Wanted, rows: number): Inference {
    const room = roomFor(rows);
    const what = wanted.kind === "loss" ? JSON.stringify(wanted) : wanted.kind;
    const key = `${layers[0]!.place},${layers.length},${room},${what}`;
    const index = this.#idle.findIndex((kept) => kept.key === key);
    if (index >= 0) return this.#idle.splice(index, 1)[0]!.inference;
    const inference = new Inference(this.#engine, layers, wanted, room);
    this.#keys.set(inference, key);
    return inference;
  }

  /** Takes back a forward pass after the call, and keeps it if there is room. */
  giveBack(inference: Inference): void {
    const key = this.#keys.get(inference);
    if (this.#released || key === undefined || inference.bytes > MOST_BYTES) {
      inference.release();
      return;
    }
    if (!this.#registered) this.#engine.addSpare(this);
    this.#registered = true;
    this.#idle.push({ key, inference });
    let bytes = this.#idle.reduce((sum, kept) => sum + kept.inference.bytes, 0);
    while (bytes > MOST_BYTES || this.#idle.length > MOST_KEPT) {
      const oldest = this.#idle.shift()!.inference;
      bytes -= oldest.bytes;
      oldest.release();
    }
  }

  /** Releases all passes that no call is using now. Returns whether there were any. */
  free(): boolean {
    const idle = this.#idle.splice(0);
    for (const { inference } of idle) inference.release();
    return idle.length > 0;
  }

  /** Releases everything. Passes still in use are released when they are given back. */
  release(): void {
    this.#released = true;
    this.free();
    this.#engine.removeSpare(this);
  }
}

/** For few rows, the next power of two, so that small calls need only a handful of sizes. */
function roomFor(rows: number): number {
  return rows > FEW_ROWS ? rows : Math.min(FEW_ROWS, 2 ** Math.ceil(Math.log2(rows)));
}
