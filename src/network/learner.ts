import { Storage } from "../engine/storage.js";
import type { Tensor } from "../engine/tensor.js";
import type { Corruption } from "../layers/corruption.js";
import type { GaussianLatent } from "../layers/gaussian.js";
import type { KlSparsity } from "../layers/penalties.js";
import type { Seed } from "../math/seed.js";
import { OptimizerClock } from "../optimizers/clock.js";
import { kindOf, type Optimizer } from "../optimizers/optimizers.js";
import type { Loss } from "./losses.js";
import type { Network } from "./network.js";

/** The parts of training that go beyond reconstructing a sample. A model's description has all of them. */
export interface Task {
  readonly seed: Seed;
  readonly corruption?: Corruption;
  readonly latent?: GaussianLatent;
  readonly sparsity?: KlSparsity;
}

/** The state from which an optimizer continues. */
export interface LearnerState {
  /** The weights, then the optimizer's slots in order, each laid out like the parameters. */
  readonly states: readonly Float32Array[];
  /** Number of steps taken. */
  readonly steps: number;
  /** What the learning rate remembers of the losses, if it depends on them. */
  readonly rate: readonly number[];
}

/**
 * What training adds to a network: gradients and optimizer slots, laid out like the parameters, and the optimizer's
 * step counter. It stays with the model from one `fit` to the next, as in Keras.
 */
export class Learner {
  readonly network: Network;
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly task: Task;
  readonly gradients: Tensor;
  /** The optimizer's values per parameter, by slot name. */
  readonly slots: ReadonlyMap<string, Tensor>;
  readonly clock: OptimizerClock;
  readonly #storage: Storage;
  /** Live views of the weights and the slots. */
  readonly #states: readonly Float32Array[];
  readonly #saved: Float32Array[] = [];
  #savedSteps = 0;
  #inEpoch = false;

  constructor(network: Network, optimizer: Optimizer, loss: Loss, task: Task) {
    this.network = network;
    this.optimizer = optimizer;
    this.loss = loss;
    this.task = task;
    const { length } = network.values;
    this.#storage = new Storage(network.engine);
    this.gradients = this.#storage.floats(length);
    const starts = Object.entries(kindOf(optimizer.kind).slots(optimizer));
    this.slots = new Map(
      starts.map(([name, start]) => {
        const slot = this.#storage.floats(length);
        slot.values.fill(start!);
        return [name, slot];
      }),
    );
    this.#states = [network.values, ...Array.from(this.slots.values(), ({ values }) => values)];
    this.clock = new OptimizerClock(optimizer);
  }

  /** Starts an epoch: saves a copy of the current weights and slots, pausing between copies. */
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

  /** Ends an epoch, or what is left of one: the current values become the ones that count. */
  keep(): void {
    this.#inEpoch = false;
  }

  /** Restores the saved copy. */
  restore(): void {
    if (this.#inEpoch) this.load(this.state);
  }

  /** The state from which training continues exactly: that at the end of the last complete epoch. */
  get state(): LearnerState {
    // The learning rate reads the losses only between epochs.
    const rate = this.clock.learningRate.state();
    if (this.#inEpoch) return { states: this.#saved, steps: this.#savedSteps, rate };
    return { states: this.#states, steps: this.clock.steps, rate };
  }

  /** Loads a state. */
  load({ states, steps, rate }: LearnerState): void {
    this.clock.learningRate.restore(rate);
    this.#states.forEach((live, index) => {
      live.set(states[index]!);
    });
    this.clock.reset(steps);
    this.network.pack();
    this.#inEpoch = false;
  }

  release(): void {
    this.#storage.release();
  }
}
