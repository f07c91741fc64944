import { requireSamplesAlone } from "../common/check.js";
import type { Matrix } from "../data/matrix.js";
import type { Rows, Samples } from "../data/samples.js";
import type { Lifetime } from "../engine/lifetime.js";
import type { Work } from "../engine/turns.js";
import { sizeOf } from "../layers/shape.js";
import type { Network } from "../network/network.js";
import type { NetworkLayer } from "../network/networkLayer.js";
import { outputOf } from "../training/predict.js";
import type { SampleStream } from "../training/sampleStream.js";
import { Calls } from "./calls.js";
import { refused } from "./refused.js";

/**
 * The encoder or the decoder of an autoencoder, as a model of its own. It shares the autoencoder's weights and scaling.
 */
export class Half {
  /** Keeps the name when a minifier renames the class. */
  static readonly name = "Half";
  readonly #network: Network;
  readonly #layers: readonly NetworkLayer[];
  readonly #calls: Calls;
  readonly #input: "samples" | "codes";

  /**
   * @param lifetime the autoencoder's lifetime
   * @param input what this half takes, as errors call it
   */
  constructor(
    network: Network,
    layers: readonly NetworkLayer[],
    lifetime: Lifetime,
    input: "samples" | "codes",
  ) {
    this.#network = network;
    this.#layers = layers;
    this.#calls = new Calls(network.engine, lifetime, this.inputSize, input);
    this.#input = input;
  }

  /** Number of values in an input row. */
  get inputSize(): number {
    return sizeOf(this.#layers[0]!.inputShape);
  }

  /** Number of values in an output row. */
  get outputSize(): number {
    return sizeOf(this.#layers.at(-1)!.outputShape);
  }

  /**
   * The output of this half for each row, [rows, outputSize]; for a stream, chunk by chunk.
   *
   * @throws {ShapeError} {NonFiniteError} {ArgumentError} for invalid input
   */
  predict(samples: Samples): Promise<Matrix>;
  predict(stream: SampleStream): AsyncGenerator<Matrix, void, void>;
  predict(samples: Samples | SampleStream): Promise<Matrix> | AsyncGenerator<Matrix, void, void>;
  predict(samples: Samples | SampleStream, ...surplus: unknown[]) {
    return (
      refused(samples, () => requireSamplesAlone("predict", surplus, this.#input)) ??
      this.#calls.predict(samples, (rows) => this.#predict(rows))
    );
  }

  /** Like `predict`, but on the calling thread. */
  predictSync(samples: Samples): Matrix;
  predictSync(samples: Samples, ...surplus: unknown[]): Matrix {
    requireSamplesAlone("predictSync", surplus, this.#input);
    return this.#calls.predictSync(samples, (rows) => this.#predict(rows));
  }

  #predict(rows: Rows): Work<Matrix> {
    return outputOf(this.#network, this.#layers, rows);
  }
}
