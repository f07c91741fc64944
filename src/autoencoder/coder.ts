import { requireSamplesAlone } from "../common/check.js";
import type { Matrix } from "../data/matrix.js";
import type { Samples } from "../data/samples.js";
import type { Seed } from "../math/seed.js";
import type { SampleStream } from "../training/sampleStream.js";
import { DescribedModel } from "./describedModel.js";
import { Half } from "./half.js";
import type { ModelParts } from "./modelParts.js";
import { refused } from "./refused.js";
import { type CodeDistribution, distributionsOf, drawnCodes } from "./variational.js";

/** What an autoencoder can do with one of its halves: codes of samples, and samples of codes. */
export abstract class Coder extends DescribedModel {
  readonly #parts: ModelParts;

  /** The encoder as a model of its own: from samples to codes. */
  readonly encoder: Half;
  /** The decoder as a model of its own: from codes to samples. */
  readonly decoder: Half;

  constructor(parts: ModelParts) {
    super(parts);
    this.#parts = parts;
    const { learner, lifetime } = parts;
    const { network } = learner;
    this.encoder = new Half(network, network.encoder, lifetime, "samples");
    this.decoder = new Half(network, network.decoder, lifetime, "codes");
  }

  /**
   * The codes of samples, [rows, latentSize]. In a variational model, these are the means.
   *
   * @example
   * ```ts
   * import { Autoencoder, dense, spiral } from "isthmus";
   *
   * const { points } = spiral({ samples: 100 });
   * const halves = { encoder: [dense(8, "tanh"), dense(1)], decoder: [dense(8, "tanh"), dense(2)] };
   * const model = await Autoencoder.create({ inputSize: 2, ...halves });
   * const codes = await model.encode(points);
   * console.log(codes.shape); // [ 100, 1 ]
   * await model.dispose();
   * ```
   */
  encode(samples: Samples): Promise<Matrix>;
  encode(stream: SampleStream): AsyncGenerator<Matrix, void, void>;
  encode(samples: Samples | SampleStream, ...surplus: unknown[]) {
    return refused(samples, () => requireSamplesAlone("encode", surplus)) ?? this.encoder.predict(samples);
  }

  /** Like `encode`, but on the calling thread. */
  encodeSync(samples: Samples): Matrix;
  encodeSync(samples: Samples, ...surplus: unknown[]): Matrix {
    requireSamplesAlone("encodeSync", surplus);
    return this.encoder.predictSync(samples);
  }

  /**
   * The distributions of the samples' codes, in a variational model.
   *
   * @throws {StateError} if the model has no Gaussian latent
   */
  encodeDistribution(samples: Samples): Promise<CodeDistribution>;
  encodeDistribution(stream: SampleStream): AsyncGenerator<CodeDistribution, void, void>;
  encodeDistribution(samples: Samples | SampleStream, ...surplus: unknown[]) {
    return (
      refused(samples, () => requireSamplesAlone("encodeDistribution", surplus)) ??
      this.#parts.calls.predict(samples, (rows) => distributionsOf(this.#parts.learner, rows))
    );
  }

  /** Like `encodeDistribution`, but on the calling thread. */
  encodeDistributionSync(samples: Samples): CodeDistribution;
  encodeDistributionSync(samples: Samples, ...surplus: unknown[]): CodeDistribution {
    requireSamplesAlone("encodeDistributionSync", surplus);
    return this.#parts.calls.predictSync(samples, (rows) => distributionsOf(this.#parts.learner, rows));
  }

  /**
   * Generates new samples with a variational model, [count, inputSize]: codes drawn from the standard normal
   * distribution, decoded.
   *
   * @param count how many, a positive integer
   * @param options.seed seed for the codes; default: the model's seed
   * @throws {StateError} if the model has no Gaussian latent
   */
  async sample(count: number, options: { seed?: Seed } = {}): Promise<Matrix> {
    return this.decode(this.#drawn(count, options));
  }

  /** Like `sample`, but on the calling thread. */
  sampleSync(count: number, options: { seed?: Seed } = {}): Matrix {
    return this.decodeSync(this.#drawn(count, options));
  }

  /**
   * Samples reconstructed from codes, [rows, inputSize].
   *
   * @example
   * ```ts
   * import { Autoencoder, dense, spiral } from "isthmus";
   *
   * const { points } = spiral({ samples: 100 });
   * const halves = { encoder: [dense(8, "tanh"), dense(1)], decoder: [dense(8, "tanh"), dense(2)] };
   * const model = await Autoencoder.create({ inputSize: 2, ...halves });
   * const samples = await model.decode(await model.encode(points));
   * console.log(samples.shape); // [ 100, 2 ]
   * await model.dispose();
   * ```
   */
  decode(codes: Samples): Promise<Matrix>;
  decode(stream: SampleStream): AsyncGenerator<Matrix, void, void>;
  decode(codes: Samples | SampleStream, ...surplus: unknown[]) {
    return (
      refused(codes, () => requireSamplesAlone("decode", surplus, "codes")) ?? this.decoder.predict(codes)
    );
  }

  /** Like `decode`, but on the calling thread. */
  decodeSync(codes: Samples): Matrix;
  decodeSync(codes: Samples, ...surplus: unknown[]): Matrix {
    requireSamplesAlone("decodeSync", surplus, "codes");
    return this.decoder.predictSync(codes);
  }

  #drawn(count: number, options: { seed?: Seed }): Matrix {
    const { learner, lifetime } = this.#parts;
    lifetime.assertAlive();
    return drawnCodes(learner, count, options);
  }
}
