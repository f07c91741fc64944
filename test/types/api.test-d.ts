import { expectTypeOf, test } from "vitest";
import {
  type Adam,
  AnomalyDetector,
  Autoencoder,
  type AutoencoderOptions,
  adam,
  type Callback,
  type DenseLayer,
  dense,
  type EnsembleDetector,
  type Evaluation,
  earlyStopping,
  type FitOptions,
  type FitSyncOptions,
  type History,
  type InitializerName,
  type IsthmusError,
  type Layer,
  type Loss,
  type Matrix,
  type MetricName,
  type Optimizer,
  type OptimizerName,
  type Samples,
  type ShapeError,
  spiral,
  warmup,
} from "../../src/index.js";
import { loadDetector, loadEnsembleDetector, loadModel, saveModel } from "../../src/node.js";

test("models are created from options, and only from those", () => {
  expectTypeOf(Autoencoder.create).parameter(0).toEqualTypeOf<AutoencoderOptions>();
  expectTypeOf(Autoencoder.create).returns.resolves.toEqualTypeOf<Autoencoder>();
  // @ts-expect-error the constructor is the library's own
  new Autoencoder({});
  // @ts-expect-error there is no such loss
  Autoencoder.create({ inputSize: 2, encoder: [dense(1)], decoder: [dense(2)], loss: "crossentropy" });
  // @ts-expect-error encoders are lists
  Autoencoder.create({ inputSize: 2, encoder: dense(1), decoder: [dense(2)] });
});

test("layers and optimizers are plain objects, told apart by their kind", () => {
  expectTypeOf(dense(3, "relu")).toEqualTypeOf<DenseLayer>();
  expectTypeOf<DenseLayer>().toExtend<Layer>();
  expectTypeOf<Extract<Layer, { kind: "dense" }>>().toEqualTypeOf<DenseLayer>();
  expectTypeOf(adam({ beta1: 0.8 })).toEqualTypeOf<Adam>();
  expectTypeOf<Extract<Optimizer, { kind: "adam" }>>().toEqualTypeOf<Adam>();
  expectTypeOf<OptimizerName>().toEqualTypeOf<Optimizer["kind"]>();
  expectTypeOf<DenseLayer["initializer"]>().toEqualTypeOf<InitializerName>();
  // @ts-expect-error optimizers are not changed once they are made
  adam().beta1 = 0.5;
  // @ts-expect-error there is no such activation
  dense(3, "relu6");
  // @ts-expect-error sgd has no beta1
  const optimizer: Optimizer = { ...adam(), kind: "sgd" };
  expectTypeOf(optimizer).toExtend<Optimizer>();
  expectTypeOf(warmup).parameter(0).toHaveProperty("warmupSteps");
});

test("samples come as any array of numbers, as rows, or as a matrix", () => {
  expectTypeOf<Float32Array>().toExtend<Samples>();
  expectTypeOf<Uint8Array>().toExtend<Samples>();
  expectTypeOf<Float64Array[]>().toExtend<Samples>();
  expectTypeOf<number[][]>().toExtend<Samples>();
  expectTypeOf<Matrix>().toExtend<Samples>();
  expectTypeOf<BigInt64Array>().not.toExtend<Samples>();
  expectTypeOf<string[]>().not.toExtend<Samples>();
  expectTypeOf(spiral().points).toEqualTypeOf<Matrix>();
});

test("fit resolves to the history, and fitSync returns it", () => {
  expectTypeOf<Autoencoder["fit"]>().parameter(1).toEqualTypeOf<FitOptions | undefined>();
  expectTypeOf<Autoencoder["fit"]>().returns.resolves.toEqualTypeOf<History>();
  expectTypeOf<Autoencoder["fitSync"]>().returns.toEqualTypeOf<History>();
  expectTypeOf<History["loss"]>().toEqualTypeOf<number[]>();
  expectTypeOf<keyof History["metrics"]>().toEqualTypeOf<MetricName>();
  // Nothing waits for the promise of a synchronous training's callback.
  expectTypeOf<FitSyncOptions>().not.toHaveProperty("signal");
  expectTypeOf(earlyStopping()).toEqualTypeOf<Callback>();
});

test("predictions are matrices, at once or by promise", () => {
  expectTypeOf<Autoencoder["encode"]>().returns.resolves.toEqualTypeOf<Matrix>();
  expectTypeOf<Autoencoder["encodeSync"]>().returns.toEqualTypeOf<Matrix>();
  expectTypeOf<Autoencoder["reconstructionError"]>().returns.resolves.toEqualTypeOf<Float32Array>();
  expectTypeOf<Autoencoder["evaluate"]>().returns.resolves.toEqualTypeOf<Evaluation>();
  expectTypeOf<Matrix["data"]>().toEqualTypeOf<Float32Array>();
  expectTypeOf<Matrix<Float64Array>["data"]>().toEqualTypeOf<Float64Array>();
});

test("files hold models and detectors", () => {
  expectTypeOf(saveModel).parameter(1).toEqualTypeOf<Autoencoder | AnomalyDetector | EnsembleDetector>();
  expectTypeOf(loadModel).returns.resolves.toEqualTypeOf<Autoencoder>();
  expectTypeOf(loadDetector).returns.resolves.toEqualTypeOf<AnomalyDetector>();
  expectTypeOf(loadEnsembleDetector).returns.resolves.toEqualTypeOf<EnsembleDetector>();
  expectTypeOf(AnomalyDetector.fromSafetensors).returns.resolves.toEqualTypeOf<AnomalyDetector>();
});

test("all errors are the base class's, with a code", () => {
  expectTypeOf<ShapeError>().toExtend<IsthmusError>();
  expectTypeOf<IsthmusError>().toExtend<Error>();
  expectTypeOf<IsthmusError>().toHaveProperty("code");
  expectTypeOf<Loss>().not.toBeAny();
});
