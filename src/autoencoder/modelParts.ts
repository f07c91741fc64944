import { copiedScaling, Scaling } from "../data/scaling.js";
import type { Engine } from "../engine/engine.js";
import { Lifetime } from "../engine/lifetime.js";
import { stackOf } from "../network/description.js";
import { Learner } from "../network/learner.js";
import { Network } from "../network/network.js";
import type { Blueprint } from "./blueprint.js";
import { Calls } from "./calls.js";

/** What a model consists of. */
export interface ModelParts extends Pick<Blueprint, "description" | "preprocessor" | "progress"> {
  /** The network and what training adds to it. */
  readonly learner: Learner;
  readonly lifetime: Lifetime;
  /** How its methods run. */
  readonly calls: Calls;
}

/** Builds the parts of a model. Nothing of them stays in the engine's memory if that fails. */
export function assemble(engine: Engine, blueprint: Blueprint): ModelParts {
  const { description, preprocessor, progress } = blueprint;
  const learner = learnerOf(engine, blueprint);
  const lifetime = new Lifetime();
  const calls = new Calls(engine, lifetime, learner.network.inputSize);
  return { description, preprocessor, progress, learner, lifetime, calls };
}

function learnerOf(engine: Engine, { description, load, scaling: learned }: Blueprint): Learner {
  const { inputSize, optimizer, loss, scaling, seed } = description;
  const network = new Network(engine, stackOf(description), scaling && new Scaling(scaling, inputSize));
  let learner: Learner | undefined;
  try {
    if (!load) network.initialize(seed);
    learner = new Learner(network, optimizer, loss, description);
    load?.(learner);
    if (learned) network.scaling!.parameters = copiedScaling(learned);
    return learner;
  } catch (error) {
    learner?.release();
    network.release();
    throw error;
  }
}
