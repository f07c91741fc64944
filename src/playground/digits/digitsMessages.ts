import type { EngineReport } from "../shared/engineLine.js";
import type { ModelSettings } from "./digitsSettings.js";
import type { Range } from "./ranges.js";

/** A drawing, and what to do with it before encoding. */
export interface Drawing {
  /** 28×28 values from 0 to 1. */
  readonly pixels: Float32Array;
  /** Whether to scale and centre it like the training digits. */
  readonly fit: boolean;
  /** Noise to add; another seed gives other noise. */
  readonly noise?: Pick<ModelSettings, "corruption" | "strength"> & { readonly seed: number };
}

/** Requests from the page to its worker. */
export type ToWorker =
  /**
   * Makes a new model, and new data if their settings have changed. With `undone`, these are the settings before the last
   * change, and the model that they had comes back as it was.
   */
  | { readonly kind: "configure"; readonly settings: ModelSettings; readonly undone?: boolean }
  /** Opens a file of pictures or a model. */
  | { readonly kind: "open"; readonly name: string; readonly bytes: Uint8Array }
  /** Makes a model of weights that have been trained before. Training it makes the data of the settings. */
  | {
      readonly kind: "trained";
      readonly settings: ModelSettings;
      /** What the model is made of. */
      readonly trained: ModelSettings;
      readonly name: string;
      readonly bytes: Uint8Array;
    }
  /** Returns to the built-in digits. */
  | { readonly kind: "builtIn" }
  | { readonly kind: "train"; readonly epochs: number }
  | { readonly kind: "pause" }
  /** Trains one epoch, or to the end of a paused one. */
  | { readonly kind: "step" }
  /** Waits after each step, in ms, so that one can follow. */
  | { readonly kind: "pace"; readonly wait: number }
  | { readonly kind: "reset" }
  /** Decodes a code. */
  | { readonly kind: "decode"; readonly code: Float32Array }
  | { readonly kind: "draw"; readonly drawing: Drawing }
  | { readonly kind: "sample" }
  /** Mixes odd pictures into those that are searched for anomalies, or removes them. */
  | { readonly kind: "odd"; readonly mixed: boolean }
  | { readonly kind: "save" }
  /** The drawing has been erased. */
  | { readonly kind: "erase" }
  /** The page has drawn the last snapshot. */
  | { readonly kind: "drawn" };

export type Phase = "preparing" | "ready" | "training" | "paused" | "finished";

/** Losses of an epoch; `epoch` counts all trainings of a model. */
export interface EpochPoint {
  readonly epoch: number;
  readonly loss: number;
  readonly valLoss: number;
}

/** Progress of training. */
export interface Progress {
  /** Number of whole epochs in all trainings of the model. */
  readonly epoch: number;
  /** Progress of the current epoch, from 0 to 1. */
  readonly part: number;
  /** Mean loss of the current epoch so far. */
  readonly loss?: number;
  /** The epochs since the last message. */
  readonly points: readonly EpochPoint[];
  readonly samplesPerSecond?: number;
  readonly engine: EngineReport;
}

/** Pictures to show, 28×28 bytes of ink each. */
export interface Showcase {
  readonly originals: Uint8Array;
  /** Noisy inputs of a denoising model. */
  readonly corrupted?: Uint8Array;
  readonly reconstructions: Uint8Array;
}

/** Results for a drawing. */
export interface Drawn {
  /** The encoded drawing, without noise. */
  readonly seen: Uint8Array;
  readonly corrupted?: Uint8Array;
  readonly reconstruction: Uint8Array;
  readonly code: Float32Array;
  /** Reconstruction error of the drawing without noise. */
  readonly error: number;
  /** The error above which a drawing is an anomaly. */
  readonly threshold: number;
  /** With noise: mean squared difference from the clean drawing, before and after denoising. */
  readonly noiseError?: number;
  readonly denoisedError?: number;
}

/** What a convolution makes of a picture: `count` maps of bytes, one after the other, row-major. */
export interface FeatureMap {
  readonly width: number;
  readonly height: number;
  readonly count: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Filters of a convolution, one after the other, row-major: from −127 to 127 for the largest weight. */
export interface Filters {
  readonly width: number;
  readonly height: number;
  readonly count: number;
  readonly values: Int8Array;
}

/** What the convolutions of the encoder make of a picture. */
export interface Features {
  /** The picture that was encoded, in ink. */
  readonly picture: Uint8Array;
  /** Whether it is the drawing, and not a held-out picture. */
  readonly drawn: boolean;
  readonly maps: readonly FeatureMap[];
  /** Of the first convolution. */
  readonly filters?: Filters;
}

/** A picture with a high error. */
export interface Suspect {
  readonly error: number;
  /** Whether it was made to be odd. */
  readonly odd: boolean;
}

/** Results for the held-out pictures. */
export interface Analysis {
  /** Mean reconstruction error of the held-out pictures, without odd ones. */
  readonly meanError: number;
  readonly threshold: number;
  /** How many pictures were searched, and how many are above the threshold. */
  readonly looked: number;
  readonly flagged: number;
  readonly odd: number;
  readonly oddFlagged: number;
  /** Pictures with the highest errors, highest first. */
  readonly suspects: readonly Suspect[];
  readonly pictures: Uint8Array;
  readonly reconstructions: Uint8Array;
  /** Range of each component of the code. */
  readonly ranges: readonly Range[];
  /** Codes of some pictures, if codes have two components. */
  readonly map?: { readonly codes: Float32Array; readonly labels?: Uint8Array };
}

/** Messages from the worker to the page. */
export type FromWorker =
  | { readonly kind: "phase"; readonly phase: Phase; readonly text: string }
  | { readonly kind: "data"; readonly title: string; readonly builtIn: boolean }
  /** There is a new or loaded model, which replaces the one before. */
  | {
      readonly kind: "model";
      readonly layers: string;
      readonly latentSize: number;
      readonly parameters: number;
      readonly variational: boolean;
      /** Whether its encoder has convolutions, so that there are `features`. */
      readonly convolutional: boolean;
      readonly engine: EngineReport;
      /** Name of the file that it came from. */
      readonly name?: string;
      /** Its settings that the page has fields for. */
      readonly loaded?: Partial<ModelSettings>;
    }
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "showcase"; readonly showcase: Showcase }
  | { readonly kind: "analysis"; readonly analysis: Analysis; readonly trained: boolean }
  | { readonly kind: "decoded"; readonly picture: Uint8Array }
  | { readonly kind: "drawn"; readonly drawn: Drawn; readonly trained: boolean }
  | { readonly kind: "features"; readonly features: Features }
  | { readonly kind: "sample"; readonly pixels: Float32Array }
  | { readonly kind: "saved"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "error"; readonly message: string };
