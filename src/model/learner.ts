import type { Block } from "../engine/memory.js";
import { Blocks } from "./blocks.js";
import type { Corruption } from "./corruption.js";
import type { GaussianLatent } from "./latent.js";
import type { LossName } from "./losses.js";
import type { Network } from "./network.js";
import { momentCount, type Optimizer, OptimizerClock } from "./optimizers.js";
import type { KlSparsity } from "./penalties.js";
import type { Seed } from "./seed.js";

/** What makes training more than rebuilding a sample from itself; a model's description has all of it. */
export interface Task {
  readonly seed: Seed;
  readonly corruption?: Corruption;
  readonly latent?: GaussianLatent;
  readonly sparsity?: KlSparsity;
}

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
  readonly task: Task;
  readonly gradients: Block;
  readonly moments: readonly Block[];
  readonly clock: OptimizerClock;
  readonly #blocks: Blocks;
  /** Live views of the weights and the moments. */
  readonly #states: readonly Float32Array[];
  readonly #saved: Float32Array[] = [];
  #savedSteps = 0;
  #inEpoch = false;

  constructor(network: Network, optimizer: Optimizer, loss: LossName, task: Task) {
    this.network = network;
    this.optimizer = optimizer;
    this.loss = loss;
    this.task = task;
    const bytes = network.parameterSize * 4;
    this.#blocks = new Blocks(network.engine.memory);
    this.gradients = this.#blocks.allocate(bytes);
    this.moments = Array.from({ length: momentCount(optimizer) }, () => this.#blocks.allocate(bytes));
    this.#states = [network.values, ...this.moments.map((block) => block.floats())];
    this.clock = new OptimizerClock(optimizer);
  }

  /** Begins an epoch: remembers weights and moments as they are now, pausing between two. */
  *save(): Generator<undefined, void> {
    for (let index = 0; index < this.#states.length; index++) {
      if (index > 0) yield;
      const state = this.#states[index]!;
      this.#saved[index] ??= new Float32Array(state.length);
      this.#saved[index]!.set(state);
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
    return { states: this.#states, steps: this.clock.steps };
  }

  /** Takes a state over. */
  load({ states, steps }: LearnerState): void {
    this.#states.forEach((live, index) => {
      live.set(states[index]!);
    });
    this.clock.reset(steps);
    this.network.pack();
    this.#inEpoch = false;
  }

  release(): void {
    this.#blocks.release();
  }
}
