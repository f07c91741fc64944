import { knownKeys, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { copiedScaling, type ScalingParameters } from "../data/scaling.js";
import type { EngineInfo } from "../engine/engineOptions.js";
import type { Shape } from "../layers/shape.js";
import { type CheckedDescription, stackOf } from "../network/description.js";
import type { Network } from "../network/network.js";
import { layerSummaries, type Summary, summaryTable } from "../network/summary.js";
import type { PreprocessorJson } from "../saving/preprocessorText.js";
import type { ModelParts } from "./modelParts.js";

/** What an autoencoder is: its shapes, its layers, and what it knows of its samples. */
export abstract class DescribedModel {
  readonly #parts: ModelParts;
  readonly #network: Network;

  constructor(parts: ModelParts) {
    this.#parts = parts;
    this.#network = parts.learner.network;
  }

  /** Shape of a sample: [inputSize], or several dimensions such as [28, 28, 1]. */
  get inputShape(): Shape {
    return this.#network.inputShape;
  }

  /** Shape of a code. */
  get latentShape(): Shape {
    return this.#network.latentShape;
  }

  /** Number of values in a sample. */
  get inputSize(): number {
    return this.#network.inputSize;
  }

  /** Number of values in a code. */
  get latentSize(): number {
    return this.#network.latentSize;
  }

  /** Number of weights and biases. */
  get parameterCount(): number {
    return this.#summary().parameters;
  }

  /** Layers, loss, optimizer and seed, with all defaults filled in. */
  get description(): CheckedDescription {
    return this.#parts.description;
  }

  /** What makes the model's samples, as JSON; `preprocessorOf` of `isthmus/data` restores it. Undefined if there is none. */
  get preprocessor(): PreprocessorJson | undefined {
    const { preprocessor } = this.#parts;
    return preprocessor === undefined ? undefined : (JSON.parse(preprocessor) as PreprocessorJson);
  }

  /** Copies of the parameters learned by the model's `scaling`; undefined without one, and before the first `fit`. */
  get scaling(): ScalingParameters | undefined {
    const parameters = this.#network.scaling?.parameters;
    return parameters && copiedScaling(parameters);
  }

  /**
   * The model's layers as a table of kinds, output shapes and parameter counts. Its `toString()` returns the table as
   * Keras prints it. Nothing is printed unless `print` is given.
   *
   * @param options.print receives the table as text, such as `console.log`; default none
   */
  summary(options: { print?: (text: string) => void } = {}): Summary {
    knownKeys("summary", options, ["print"], { printfn: "TensorFlow.js's printFn is print" });
    const { print } = options;
    if (print !== undefined && typeof print !== "function") {
      throw new ArgumentError(`print must be a function such as console.log, not ${show(print)}`);
    }
    this.#parts.lifetime.assertAlive();
    const summary = this.#summary();
    print?.(summary.toString());
    return summary;
  }

  /** What the model runs on. */
  get engine(): EngineInfo {
    return this.#network.engine.info;
  }

  #summary(): Summary {
    return summaryTable(layerSummaries(stackOf(this.#parts.description)));
  }
}
