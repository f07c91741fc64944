import type { EngineReport } from "../shared/engineLine.js";
import type { SpiralSettings } from "./spiralSettings.js";

/** What the page asks of its worker. */
export type ToWorker =
  /** A new model on new data, instead of what there is. */
  | { readonly kind: "begin"; readonly settings: SpiralSettings }
  /** A model from a file on the data of the settings; what there is stays when the file is none. */
  | {
      readonly kind: "load";
      readonly settings: SpiralSettings;
      readonly name: string;
      readonly bytes: Uint8Array<ArrayBuffer>;
    }
  | { readonly kind: "train" }
  | { readonly kind: "pause" }
  /** To the end of one more epoch. */
  | { readonly kind: "step" }
  /** Has training stop by itself every so many epochs. */
  | { readonly kind: "stopEvery"; readonly epochs: number }
  | { readonly kind: "save" }
  /** The last snapshot has been drawn, or is not going to be. */
  | { readonly kind: "drawn" };

export type Phase = "ready" | "training" | "paused" | "finished" | "failed";

/** A run that has begun. */
export interface Begun {
  /** x₁, x₂ of each point. */
  readonly points: Float32Array;
  /** Widths, from the sample to the reconstruction. */
  readonly widths: readonly number[];
  readonly parameters: number;
  readonly engine: EngineReport;
  /** Of the file that the model came from. */
  readonly name?: string;
}

/** What a model makes of the points. */
export interface Picture {
  /** x₁, x₂ of each point's reconstruction. */
  readonly reconstructions: Float32Array;
  readonly codes: Float32Array;
  /** x₁, x₂ along the codes from the least to the greatest. */
  readonly curve: Float32Array;
  /** Mean squared error of the coordinates. */
  readonly mse: number;
  /** Spearman's, of codes and places along the spiral; NaN where all codes are equal. */
  readonly correlation: number;
}

/** How a run stands. */
export interface Snapshot extends Picture {
  /** Whole epochs. */
  readonly epoch: number;
  /** Losses of the epochs since the last snapshot, up to `epoch`. */
  readonly losses: Float64Array;
  readonly engine: EngineReport;
  readonly samplesPerSecond?: number;
}

/** What the worker tells the page. */
export type FromWorker =
  | { readonly kind: "begun"; readonly begun: Begun }
  | { readonly kind: "phase"; readonly phase: Phase; readonly epoch: number }
  | { readonly kind: "snapshot"; readonly snapshot: Snapshot }
  | { readonly kind: "saved"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "error"; readonly message: string };
