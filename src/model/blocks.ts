import type { Block, EngineMemory } from "../engine/memory.js";

/** Blocks that belong together: when one of them cannot be had, those that came before it are given back. */
export class Blocks {
  readonly #memory: EngineMemory;
  readonly #blocks: Block[] = [];

  constructor(memory: EngineMemory) {
    this.#memory = memory;
  }

  /**
   * One more block of zeros.
   *
   * @throws {OutOfMemoryError} when the memory cannot hold it; nothing is held any more then
   */
  allocate(bytes: number): Block {
    const block = this.orRelease(() => this.#memory.allocate(bytes));
    this.#blocks.push(block);
    return block;
  }

  /** What `body` returns; what it throws is thrown on after all blocks were given back. */
  orRelease<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Gives all of them back. A second call does nothing. */
  release(): void {
    for (const block of this.#blocks) block.release();
  }
}
