// TensorFlow.js, where the tests' own packages or the benchmark's are installed.
import { createRequire } from "node:module";

export interface Tensor {
  dataSync(): Float32Array;
}

export interface TfModel {
  predict(x: Tensor): Tensor;
  add(layer: unknown): void;
  save(handler: unknown): Promise<unknown>;
  getWeights(): { shape: number[] }[];
  setWeights(weights: Tensor[]): void;
  readonly inputs: { shape: number[] }[];
}

export interface Tf {
  loadLayersModel(handler: unknown): Promise<TfModel>;
  sequential(options: object): TfModel;
  readonly layers: Record<string, (options: object) => unknown>;
  readonly io: {
    fromMemory(artifacts: unknown): unknown;
    withSaveHandler(save: (artifacts: Record<string, unknown>) => Promise<object>): unknown;
  };
  tensor(data: Float32Array, shape: readonly number[]): Tensor;
  setBackend(name: string): Promise<boolean>;
}

function findTfjs(): Tf | undefined {
  for (const place of ["../anywhere/package.json", "../../bench/peers/package.json"]) {
    try {
      return createRequire(new URL(place, import.meta.url))("@tensorflow/tfjs") as Tf;
    } catch {}
  }
  return undefined;
}

export const tf = findTfjs();
/** What tests that need it are called where it is missing. */
export const unlessTfjs = tf
  ? ""
  : " (skipped: @tensorflow/tfjs is not installed; run npm ci --prefix test/anywhere)";
