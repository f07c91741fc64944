import type { Block, EngineMemory } from "../engine/memory.js";

/** Something in the engine's memory. */
interface Releasable {
  release(): void;
}

/**
 * Gives back what was never released and nobody refers to any more: a forgotten model must not take the memory of an
 * engine that others use.
 */
const forgotten = new FinalizationRegistry<readonly Releasable[]>(releaseAll);

/**
 * Blocks, and plans, that belong together: when one of them cannot be had, those that came before it are given back.
 * Whoever uses their addresses keeps this object, since they are given back when it is collected.
 */
export class Blocks {
  readonly #memory: EngineMemory;
  readonly #members: Releasable[] = [];

  constructor(memory: EngineMemory) {
    this.#memory = memory;
    forgotten.register(this, this.#members, this);
  }

  /**
   * One more block of zeros.
   *
   * @throws {OutOfMemoryError} when the memory cannot hold it; nothing is held any more then
   */
  allocate(bytes: number): Block {
    return this.add(() => this.#memory.allocate(bytes));
  }

  /** One more member, which `make` returns; what it throws is thrown on after all members were given back. */
  add<T extends Releasable>(make: () => T): T {
    try {
      const member = make();
      this.#members.push(member);
      return member;
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Gives all of them back. A second call does nothing. */
  release(): void {
    forgotten.unregister(this);
    releaseAll(this.#members);
  }
}

function releaseAll(members: readonly Releasable[]): void {
  for (const member of members) member.release();
}
