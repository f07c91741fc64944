import { Registry } from "../common/weak.js";
import type { Engine } from "./engine.js";
import type { Block, EngineMemory } from "./memory.js";
import type { Plan, PlanBuilder } from "./plan.js";
import { type Tensor, tensorOf } from "./tensor.js";

/** An object that occupies engine memory. */
interface Releasable {
  release(): void;
}

/**
 * Frees objects that were garbage-collected without being released: a forgotten model must not keep the memory of an
 * engine that others use.
 */
const forgotten = new Registry<readonly Releasable[]>(releaseAll);

/**
 * Tensors and plans that belong together. If an allocation fails, all of them are freed. Keep a reference to this
 * object while you use them: they are freed when it is garbage-collected.
 */
export class Storage {
  readonly #memory: EngineMemory;
  readonly #members: Releasable[] = [];
  #bytes = 0;

  constructor(engine: Engine) {
    this.#memory = engine.memory;
    forgotten.register(this, this.#members, this);
  }

  /** Total size of its tensors, in bytes, without plans. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * float32 zeros.
   *
   * @throws {OutOfMemoryError} if the memory has no room, as for all methods here; everything held is freed then
   */
  floats(...shape: number[]): Tensor {
    const block = this.#allocate(sizeOf(shape) * 4);
    return tensorOf(block, block.floats(), shape);
  }

  /** float64 zeros. */
  doubles(...shape: number[]): Tensor<Float64Array> {
    const block = this.#allocate(sizeOf(shape) * 8);
    return tensorOf(block, block.doubles(), shape);
  }

  /** Unsigned 32-bit zeros. */
  words(...shape: number[]): Tensor<Uint32Array> {
    const block = this.#allocate(sizeOf(shape) * 4);
    return tensorOf(block, block.words(), shape);
  }

  /** Unsigned 8-bit zeros. */
  octets(...shape: number[]): Tensor<Uint8Array> {
    const block = this.#allocate(sizeOf(shape));
    return tensorOf(block, block.view(), shape);
  }

  /** A plan, copied into the engine's memory. */
  plan(builder: PlanBuilder): Plan {
    return this.#add(() => builder.build(this.#memory));
  }

  /** Frees one of its plans. */
  remove(plan: Plan): void {
    this.#members.splice(this.#members.indexOf(plan), 1);
    plan.release();
  }

  /** Frees everything. A second call does nothing. */
  release(): void {
    forgotten.unregister(this);
    releaseAll(this.#members);
  }

  #allocate(bytes: number): Block {
    const block = this.#add(() => this.#memory.allocate(bytes));
    this.#bytes += bytes;
    return block;
  }

  #add<T extends Releasable>(make: () => T): T {
    try {
      const member = make();
      this.#members.push(member);
      return member;
    } catch (error) {
      this.release();
      throw error;
    }
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}

function releaseAll(members: readonly Releasable[]): void {
  for (const member of members) member.release();
}
