import { expect } from "vitest";
import { Autoencoder, type AutoencoderOptions, sgd } from "../../src/index.js";
import { expectClose } from "../support/models.js";

/** One network of a file that torch_cases.py wrote. */
export interface TorchCase {
  readonly name: string;
  /** Row-major samples. */
  readonly data: readonly number[];
  readonly loss: number;
  readonly parameters: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly values: readonly number[];
    readonly gradient: readonly number[];
  }[];
}

/** Such a file, whose cases may have more. */
export interface TorchGolden<Case extends TorchCase> {
  readonly batch: number;
  readonly cases: readonly Case[];
}

/** Expects the names of the parameters, the loss and the gradients of PyTorch. */
export async function expectTorch(
  options: AutoencoderOptions,
  batchSize: number,
  { data, loss, parameters }: TorchCase,
): Promise<void> {
  // A step of rate 1 takes the gradient away.
  const model = await Autoencoder.create({ ...options, optimizer: sgd({ learningRate: 1 }) });
  expect(model.getWeights().map(({ name }) => name)).toEqual(parameters.map(({ name }) => name));
  model.setWeights(
    parameters.map(({ name, shape, values }) => ({ name, shape, data: Float32Array.from(values) })),
  );
  const samples = Float32Array.from(data);
  expectClose([model.evaluateSync(samples).loss], [loss], { relative: 1e-6 }, "loss");
  const history = model.fitSync(samples, { batchSize, shuffle: false });
  expectClose(history.loss, [loss], { relative: 1e-6 }, "loss");
  const after = model.getWeights();
  parameters.forEach(({ name, values, gradient }, index) => {
    const found = Float64Array.from(after[index]!.data, (value, i) => values[i]! - value);
    expectClose(found, gradient, { absolute: 2e-6 }, name);
  });
  await model.dispose();
}
