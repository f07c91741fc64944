import { knownKeys, requireSampleOptions, requireSamplesAlone } from "../common/check.js";
import { type ExampleRows, withExamples } from "../data/examples.js";
import type { Matrix } from "../data/matrix.js";
import { type Samples, toOwnRows, toRows } from "../data/samples.js";
import type { Work } from "../engine/turns.js";
import type { Network } from "../network/network.js";
import { type EvaluateOptions, type Evaluation, evaluate } from "../training/evaluation.js";
import { checkMetrics } from "../training/fitOptions.js";
import { Gate } from "../training/gate.js";
import { outputOf } from "../training/predict.js";
import {
  type ExampleStream,
  type SampleStream,
  type StreamedRows,
  toInput,
} from "../training/sampleStream.js";
import { Coder } from "./coder.js";
import { corruptedOf } from "./corrupted.js";
import { type ActivationOptions, layersUpTo } from "./innerLayers.js";
import type { ModelParts } from "./modelParts.js";
import { checkUnits, type ErrorUnits, featureErrorsOf, rowErrorsOf } from "./reconstructionErrors.js";
import { refused } from "./refused.js";

/** What an autoencoder can do with both halves: reconstruct samples, and say how well. */
export abstract class Predictor extends Coder {
  readonly #parts: ModelParts;
  readonly #network: Network;

  constructor(parts: ModelParts) {
    super(parts);
    this.#parts = parts;
    this.#network = parts.learner.network;
  }

  /**
   * Samples after encoding and decoding, [rows, inputSize]. In a variational model, the means of the codes are decoded.
   *
   * @example
   * ```ts
   * import { Autoencoder, dense, spiral } from "isthmus";
   *
   * const { points } = spiral({ samples: 100 });
   * const halves = { encoder: [dense(8, "tanh"), dense(1)], decoder: [dense(8, "tanh"), dense(2)] };
   * const model = await Autoencoder.create({ inputSize: 2, ...halves });
   * console.log((await model.reconstruct(points)).shape); // [ 100, 2 ]
   * await model.dispose();
   * ```
   */
  reconstruct(samples: Samples): Promise<Matrix>;
  reconstruct(stream: SampleStream): AsyncGenerator<Matrix, void, void>;
  reconstruct(samples: Samples | SampleStream, ...surplus: unknown[]) {
    return (
      refused(samples, () => requireSamplesAlone("reconstruct", surplus)) ??
      this.#parts.calls.predict(samples, (rows) => outputOf(this.#network, this.#network.layers, rows))
    );
  }

  /** Like `reconstruct`, but on the calling thread. */
  reconstructSync(samples: Samples): Matrix;
  reconstructSync(samples: Samples, ...surplus: unknown[]): Matrix {
    requireSamplesAlone("reconstructSync", surplus);
    return this.#parts.calls.predictSync(samples, (rows) =>
      outputOf(this.#network, this.#network.layers, rows),
    );
  }

  /**
   * The output of an inner layer for each sample, [rows, size of the output]: what Keras gets from a
   * `Model(inputs, layer.output)`. After a convolution, these are feature maps, channels last; `summary()` has the shape.
   *
   * @param options.layer the layer's place as `summary()` names it, such as `"encoder[0]"`
   * @throws {ShapeError} {NonFiniteError} {ArgumentError} for invalid samples, and for a layer that is not there, or
   *   that only changes the shape of its input, as `flatten` does
   *
   * @example
   * ```ts
   * import { Autoencoder, conv2d, conv2dTranspose, digits } from "isthmus";
   *
   * const { images } = digits({ samples: 10 });
   * const model = await Autoencoder.create({
   *   inputShape: [28, 28, 1],
   *   encoder: [conv2d(4, 3, "relu", { strides: 2, padding: "same" })],
   *   decoder: [conv2dTranspose(1, 3, "sigmoid", { strides: 2, padding: "same" })],
   * });
   * const maps = await model.activations(images, { layer: "encoder[0]" });
   * console.log(maps.shape, model.summary().rows[0]?.outputShape); // [ 10, 784 ] [ 14, 14, 4 ]
   * await model.dispose();
   * ```
   */
  activations(samples: Samples, options: ActivationOptions): Promise<Matrix>;
  activations(stream: SampleStream, options: ActivationOptions): AsyncGenerator<Matrix, void, void>;
  activations(samples: Samples | SampleStream, options: ActivationOptions, ...surplus: unknown[]) {
    const check = () => {
      requireSampleOptions("activations", options, surplus);
      layersUpTo(this.#network, options);
    };
    return (
      refused(samples, check) ??
      this.#parts.calls.predict(samples, (rows) =>
        outputOf(this.#network, layersUpTo(this.#network, options), rows),
      )
    );
  }

  /** Like `activations`, but on the calling thread. */
  activationsSync(samples: Samples, options: ActivationOptions): Matrix;
  activationsSync(samples: Samples, options: ActivationOptions, ...surplus: unknown[]): Matrix {
    requireSampleOptions("activationsSync", options, surplus);
    const layers = layersUpTo(this.#network, options);
    return this.#parts.calls.predictSync(samples, (rows) => outputOf(this.#network, layers, rows));
  }

  /**
   * The samples as training corrupts them, [rows, inputSize], in their own units. Row i has the noise that `fit` adds
   * to sample i in the given epoch, determined by the model's seed.
   *
   * @param options.epoch the epoch whose noise to use, counted from 0 over the model's life; default 0
   * @throws {StateError} if the model has no corruption, or its scaling has not been learned yet
   * @throws {ShapeError} {NonFiniteError} {ArgumentError} for invalid samples or options
   */
  corrupt(samples: Samples, options?: { epoch?: number }): Promise<Matrix>;
  async corrupt(samples: Samples, options: { epoch?: number } = {}, ...surplus: unknown[]): Promise<Matrix> {
    requireSampleOptions("corrupt", options, surplus);
    return this.#parts.calls.run(
      corruptedOf(this.#parts.learner, this.#parts.calls.rows(samples, toOwnRows), options),
    );
  }

  /** Like `corrupt`, but on the calling thread. */
  corruptSync(samples: Samples, options?: { epoch?: number }): Matrix;
  corruptSync(samples: Samples, options: { epoch?: number } = {}, ...surplus: unknown[]): Matrix {
    requireSampleOptions("corruptSync", options, surplus);
    return this.#parts.calls.predictSync(samples, (rows) => corruptedOf(this.#parts.learner, rows, options));
  }

  /**
   * Mean loss over the samples, including all penalties, without corruption or dropout.
   *
   * @param samples in memory, or as a stream, whose chunks may bring targets and weights: `{ samples, targets }`
   * @throws {ShapeError} {NonFiniteError} {ArgumentError} for invalid samples or options
   *
   * @example
   * ```ts
   * import { Autoencoder, dense, spiral } from "isthmus";
   *
   * const { points } = spiral({ samples: 100 });
   * const halves = { encoder: [dense(8, "tanh"), dense(1)], decoder: [dense(8, "tanh"), dense(2)] };
   * const model = await Autoencoder.create({ inputSize: 2, ...halves });
   * const { loss } = await model.evaluate(points);
   * console.log(loss < 1); // true
   * await model.dispose();
   * ```
   */
  evaluate(samples: Samples, options?: EvaluateOptions): Promise<Evaluation>;
  evaluate(stream: ExampleStream, options?: Pick<EvaluateOptions, "metrics">): Promise<Evaluation>;
  async evaluate(
    samples: Samples | ExampleStream,
    options: EvaluateOptions = {},
    ...surplus: unknown[]
  ): Promise<Evaluation> {
    requireSampleOptions("evaluate", options, surplus);
    this.#parts.lifetime.assertAlive();
    return this.#parts.calls.run(
      this.#evaluate(toInput("samples", samples, this.inputSize, options), options),
    );
  }

  /** Like `evaluate`, but on the calling thread. */
  evaluateSync(samples: Samples, options?: EvaluateOptions): Evaluation;
  evaluateSync(samples: Samples, options: EvaluateOptions = {}, ...surplus: unknown[]): Evaluation {
    requireSampleOptions("evaluateSync", options, surplus);
    return this.#parts.calls.predictSync(samples, (rows) =>
      this.#evaluate(withExamples(rows, options, toRows), options),
    );
  }

  /**
   * Mean squared error of each sample's reconstruction, one per row, whatever the model's loss is.
   *
   * @throws {ShapeError} {NonFiniteError} {ArgumentError} for invalid samples or options
   */
  reconstructionError(samples: Samples, options?: ErrorUnits): Promise<Float32Array>;
  reconstructionError(stream: SampleStream, options?: ErrorUnits): AsyncGenerator<Float32Array, void, void>;
  reconstructionError(samples: Samples | SampleStream, options: ErrorUnits = {}, ...surplus: unknown[]) {
    return (
      refused(samples, () => requireSampleOptions("reconstructionError", options, surplus)) ??
      this.#parts.calls.predict(samples, (rows) => rowErrorsOf(this.#network, rows, checkUnits(options)))
    );
  }

  /** Like `reconstructionError`, but on the calling thread. */
  reconstructionErrorSync(samples: Samples, options?: ErrorUnits): Float32Array;
  reconstructionErrorSync(samples: Samples, options: ErrorUnits = {}, ...surplus: unknown[]): Float32Array {
    requireSampleOptions("reconstructionErrorSync", options, surplus);
    return this.#parts.calls.predictSync(samples, (rows) =>
      rowErrorsOf(this.#network, rows, checkUnits(options)),
    );
  }

  /**
   * Squared error of each value of each sample's reconstruction, [rows, inputSize]. The mean of a row is the
   * `reconstructionError` of that row. Throws the same errors.
   */
  reconstructionErrorPerFeature(samples: Samples, options?: ErrorUnits): Promise<Matrix>;
  reconstructionErrorPerFeature(
    stream: SampleStream,
    options?: ErrorUnits,
  ): AsyncGenerator<Matrix, void, void>;
  reconstructionErrorPerFeature(
    samples: Samples | SampleStream,
    options: ErrorUnits = {},
    ...surplus: unknown[]
  ) {
    return (
      refused(samples, () => requireSampleOptions("reconstructionErrorPerFeature", options, surplus)) ??
      this.#parts.calls.predict(samples, (rows) => featureErrorsOf(this.#network, rows, checkUnits(options)))
    );
  }

  /** Like `reconstructionErrorPerFeature`, but on the calling thread. */
  reconstructionErrorPerFeatureSync(samples: Samples, options?: ErrorUnits): Matrix;
  reconstructionErrorPerFeatureSync(
    samples: Samples,
    options: ErrorUnits = {},
    ...surplus: unknown[]
  ): Matrix {
    requireSampleOptions("reconstructionErrorPerFeatureSync", options, surplus);
    return this.#parts.calls.predictSync(samples, (rows) =>
      featureErrorsOf(this.#network, rows, checkUnits(options)),
    );
  }

  #evaluate(input: ExampleRows | StreamedRows, options: EvaluateOptions): Work<Evaluation> {
    knownKeys("evaluate", options, ["targets", "sampleWeight", "metrics"]);
    const metrics = checkMetrics("metrics", options.metrics ?? []);
    return evaluate(this.#parts.learner, metrics, input, new Gate(this.#parts.lifetime));
  }
}
