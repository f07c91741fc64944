import type { EngineReport } from "../shared/engineLine.js";
import type { RunSettings } from "./runSettings.js";
import type { SpiralSettings } from "./spiralSettings.js";

/** Requests from the page to its worker. */
export type ToWorker =
  /**
   * Starts a new model on new data. With `undone`, these are the settings before the last change, and the run that they had
   * goes on.
   */
  | { readonly kind: "begin"; readonly settings: RunSettings; readonly undone?: boolean }
  /** Loads a model from a file, with the data of the settings. If that fails, the current run stays. */
  | {
      readonly kind: "load";
      readonly settings: RunSettings;
      readonly name: string;
      readonly bytes: Uint8Array<ArrayBuffer>;
    }
  | { readonly kind: "train" }
  | { readonly kind: "pause" }
  /** Trains to the end of one more epoch. */
  | { readonly kind: "step" }
  /** Trains so many steps, of a batch each. */
  | { readonly kind: "advance"; readonly steps: number }
  /** Waits after each step, in ms, so that one can follow. */
  | { readonly kind: "pace"; readonly wait: number }
  /** Has snapshots tell about each unit, and about the one input `probe`; sends one if none is due. */
  | { readonly kind: "watch"; readonly side: number; readonly probe: readonly [number, number] }
  /** Sets after how many epochs training stops by itself. */
  | { readonly kind: "stopEvery"; readonly epochs: number }
  | { readonly kind: "save" }
  /** Sets a weight or a bias. */
  | ({ readonly kind: "number"; readonly value: number } & ModelNumber)
  /** The page has drawn the last snapshot, or will not draw it. */
  | { readonly kind: "drawn" };

/** A number of the model that training changes, and the visitor may. */
export interface ModelNumber {
  readonly what: "weight" | "bias";
  /** Of the layer before the units that it belongs to; 0 for the first hidden layer. */
  readonly layer: number;
  /** Among the layer's weights, [units, inputs], or its biases, [units]. */
  readonly place: number;
}

export type Phase = "ready" | "training" | "paused" | "finished" | "failed";

/** Describes a run that has begun. */
export interface Begun {
  /** x₁, x₂ of each point. */
  readonly points: Float32Array;
  /** Points that training does not see, if they are shown. */
  readonly heldOut?: Float32Array;
  /** Widths of the layers, from the sample to the reconstruction. */
  readonly widths: readonly number[];
  readonly parameters: number;
  readonly engine: EngineReport;
  /** Name of the file that the model came from, and those of its settings that the page has fields for. */
  readonly name?: string;
  readonly loaded?: Partial<SpiralSettings>;
}

/** A model's results for the points. */
export interface Picture {
  /** x₁, x₂ of each point's reconstruction. */
  readonly reconstructions: Float32Array;
  /** The first number of each point's code. */
  readonly codes: Float32Array;
  /**
   * x₁, x₂ of the decoder's curve, from the smallest to the largest code; for a code of two numbers the lines of a net, with
   * NaN between them.
   */
  readonly curve: Float32Array;
  /** Mean squared error of the coordinates. */
  readonly mse: number;
  /** Spearman's rank correlation of codes and positions on the curve; NaN without an order, or if all codes are equal. */
  readonly correlation: number;
}

/** What each unit of a small model does, layer by layer from the input to the output. */
export interface Anatomy {
  /** Fields of the grid of inputs, along each axis. */
  readonly side: number;
  /** Of each layer, the outputs of one unit after the other, for each field, row by row from the top. */
  readonly layers: readonly Float32Array[];
  /** Of each layer, the outputs of its units for the probe. */
  readonly probe: readonly Float32Array[];
  /** Between two layers: [units, inputs]. */
  readonly weights: readonly Float32Array[];
  /** Of each layer but the first: [units]. */
  readonly biases: readonly Float32Array[];
}

/** The current state of a run. */
export interface Snapshot extends Picture {
  /** Number of whole epochs. */
  readonly epoch: number;
  /** Number of steps, of a batch each. */
  readonly steps: number;
  /** If the page watches. */
  readonly anatomy?: Anatomy;
  /** Losses of the epochs since the last snapshot, up to `epoch`. */
  readonly losses: Float64Array;
  /** Losses of the held-out points in the same epochs; empty without such points. */
  readonly heldOutLosses: Float64Array;
  readonly engine: EngineReport;
  readonly samplesPerSecond?: number;
}

/** Messages from the worker to the page. */
export type FromWorker =
  | { readonly kind: "begun"; readonly begun: Begun }
  | { readonly kind: "phase"; readonly phase: Phase; readonly epoch: number }
  | { readonly kind: "snapshot"; readonly snapshot: Snapshot }
  | { readonly kind: "saved"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "error"; readonly message: string };
