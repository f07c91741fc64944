import type { Block, EngineMemory } from "./memory.js";

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
  #bytes = 0;

  constructor(memory: EngineMemory) {
    this.#memory = memory;
    forgotten.register(this, this.#members, this);
  }

  /** Size of all blocks that were allocated, in bytes; other members do not count. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * One more block of zeros.
   *
   * @throws {OutOfMemoryError} when the memory cannot hold it; nothing is held any more then
   */
  allocate(bytes: number): Block {
    const block = this.add(() => this.#memory.allocate(bytes));
    this.#bytes += bytes;
    return block;
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

  /** Gives back one member that was added. */
  remove(member: Releasable): void {
    this.#members.splice(this.#members.indexOf(member), 1);
    member.release();
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
