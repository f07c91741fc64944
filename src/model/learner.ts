import type { Block } from "../engine/memory.js";
import { Blocks } from "./blocks.js";
import type { LossName } from "./losses.js";
import type { Network } from "./network.js";
import { momentCount, type Optimizer, OptimizerClock } from "./optimizers.js";

/** What an optimizer goes on from. */
export interface LearnerState {
  /** The weights, then the moments, each laid out as the parameters are. */
  readonly states: readonly Float32Array[];
  /** Steps taken. */
  readonly steps: number;
}

/**
 * What learning adds to a network: gradients and the optimizer's moments, laid out as the parameters are, and the
 * optimizer's clock. Stays with a model from one `fit` to the next, as in Keras.
 */
export class Learner {
  readonly network: Network;
  readonly optimizer: Optimizer;
  readonly loss: LossName;
  readonly gradients: Block;
  readonly moments: readonly Block[];
  readonly clock: OptimizerClock;
  readonly #blocks: Blocks;
  readonly #saved: Float32Array[] = [];
  #savedSteps = 0;
  #inEpoch = false;

  constructor(network: Network, optimizer: Optimizer, loss: LossName) {
    this.network = network;
    this.optimizer = optimizer;
    this.loss = loss;
    const bytes = network.parameterSize * 4;
    this.#blocks = new Blocks(network.engine.memory);
    this.gradients = this.#blocks.allocate(bytes);
    this.moments = Array.from({ length: momentCount(optimizer) }, () => this.#blocks.allocate(bytes));
    this.clock = new OptimizerClock(optimizer);
  }

  /** Begins an epoch: remembers weights and moments as they are now, pausing after each. */
  *save(): Generator<undefined, void> {
    for (const [index, state] of this.#live().entries()) {
      this.#saved[index] ??= new Float32Array(state.length);
      this.#saved[index].set(state);
      yield;
    }
    this.#savedSteps = this.clock.steps;
    this.#inEpoch = true;
  }

  /** Ends an epoch, or what is left of one: what is now is what counts. */
  keep(): void {
    this.#inEpoch = false;
  }

  /** Goes back to what was remembered. */
  restore(): void {
    if (this.#inEpoch) this.load({ states: this.#saved, steps: this.#savedSteps });
  }

  /** The state that training can go on from exactly: at the end of the last whole epoch. */
  get state(): LearnerState {
    if (this.#inEpoch) return { states: this.#saved, steps: this.#savedSteps };
    return { states: this.#live(), steps: this.clock.steps };
  }

  /** Takes a state over. */
  load({ states, steps }: LearnerState): void {
    this.#live().forEach((live, index) => {
      live.set(states[index]!);
    });
    this.clock.reset(steps);
    this.network.pack();
    this.#inEpoch = false;
  }

  #live(): Float32Array[] {
    return [this.network.values, ...this.moments.map((block) => block.floats())];
  }

  release(): void {
    this.#blocks.release();
  }
}
