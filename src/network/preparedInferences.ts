import type { Engine } from "../engine/engine.js";
import { Inference, type Wanted } from "./inference.js";
import type { NetworkLayer } from "./networkLayer.js";

/** The most bytes that the forward passes a network keeps may occupy, beside their plans of about a kilobyte each. */
const MOST_BYTES = 8 * 2 ** 20;
/** The most forward passes that a network keeps. */
const MOST_KEPT = 8;
/** Up to this many rows, the room is rounded up, so that calls of a few rows share it. */
const FEW_ROWS = 48;

/**
 * The forward passes of a network that are ready for the next call: memory and plans. A call takes one for itself alone
 * and gives it back, so calls that overlap never share one. The ones that were used last are kept; all of them go when
 * the engine's memory runs out, or with the network.
 */
export class PreparedInferences {
  readonly #engine: Engine;
  /** Those that no call uses now, the one used last at the end. */
  readonly #idle: { readonly key: string; readonly inference: Inference }[] = [];
  readonly #keys = new WeakMap<Inference, string>();
  #registered = false;
  #released = false;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * A forward pass for this call alone, with room for `rows` rows or more; to be given back, or released after an error.
   *
   * @throws {OutOfMemoryError} when the memory cannot hold it
   */
  take(layers: readonly NetworkLayer[], wanted: Wanted, rows: number): Inference {
    const room = roomFor(rows);
    const key = `${layers[0]!.place},${layers.length},${room},${JSON.stringify(wanted)}`;
    const index = this.#idle.findIndex((kept) => kept.key === key);
    if (index >= 0) return this.#idle.splice(index, 1)[0]!.inference;
    const inference = new Inference(this.#engine, layers, wanted, room);
    this.#keys.set(inference, key);
    return inference;
  }

  /** Takes a forward pass back after the call, and keeps it if there is room. */
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

  /** Gives back the memory of all that no call uses now. Returns whether there were any. */
  free(): boolean {
    const idle = this.#idle.splice(0);
    for (const { inference } of idle) inference.release();
    return idle.length > 0;
  }

  /** Gives everything back; what calls still use is released when they give it back. */
  release(): void {
    this.#released = true;
    this.free();
    this.#engine.removeSpare(this);
  }
}

/** Of few rows the next power of two, so that any number of them finds one of a handful of sizes. */
function roomFor(rows: number): number {
  return rows > FEW_ROWS ? rows : Math.min(FEW_ROWS, 2 ** Math.ceil(Math.log2(rows)));
}
