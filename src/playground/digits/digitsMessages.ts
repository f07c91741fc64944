import type { EngineReport } from "../shared/engineLine.js";
import type { ModelSettings } from "./digitsSettings.js";
import type { Range } from "./ranges.js";

/** A drawing and what is to be done to it before it is encoded. */
export interface Drawing {
  /** 28×28 values from 0 to 1. */
  readonly pixels: Float32Array;
  /** Whether to scale and centre it as the digits that a model is trained on. */
  readonly fit: boolean;
  /** Noise to add; its seed makes it anew. */
  readonly noise?: Pick<ModelSettings, "corruption" | "strength"> & { readonly seed: number };
}

/** What the page asks of its worker. */
export type ToWorker =
  /** A new model, and new data where those settings have changed. */
  | { readonly kind: "configure"; readonly settings: ModelSettings }
  /** A file of pictures or a model. */
  | { readonly kind: "open"; readonly name: string; readonly bytes: Uint8Array }
  /** Back to the built-in digits. */
  | { readonly kind: "builtIn" }
  | { readonly kind: "train"; readonly epochs: number }
  | { readonly kind: "pause" }
  /** One epoch, or to the end of the one that is paused. */
  | { readonly kind: "step" }
  | { readonly kind: "reset" }
  /** Draws what the decoder makes of a code. */
  | { readonly kind: "decode"; readonly code: Float32Array }
  | { readonly kind: "draw"; readonly drawing: Drawing }
  | { readonly kind: "sample" }
  /** Mixes odd pictures into those that are looked through for anomalies, or takes them out. */
  | { readonly kind: "odd"; readonly mixed: boolean }
  | { readonly kind: "save" }
  /** The last snapshot has been drawn. */
  | { readonly kind: "drawn" };

export type Phase = "preparing" | "ready" | "training" | "paused" | "finished";

/** Losses of an epoch; `epoch` counts over all trainings of a model. */
export interface EpochPoint {
  readonly epoch: number;
  readonly loss: number;
  readonly valLoss: number;
}

/** How far training is. */
export interface Progress {
  /** Whole epochs, over all trainings of the model. */
  readonly epoch: number;
  /** How much of the one that is running is behind, 0 to 1. */
  readonly part: number;
  /** Mean loss of that epoch so far. */
  readonly loss?: number;
  /** The epochs since the last message. */
  readonly points: readonly EpochPoint[];
  readonly samplesPerSecond?: number;
  readonly engine: EngineReport;
}

/** Pictures to show, 28×28 bytes of ink each. */
export interface Showcase {
  readonly originals: Uint8Array;
  /** Of a denoising model: what it is given. */
  readonly corrupted?: Uint8Array;
  readonly reconstructions: Uint8Array;
}

/** What became of a drawing. */
export interface Drawn {
  /** As it was encoded, without noise. */
  readonly seen: Uint8Array;
  readonly corrupted?: Uint8Array;
  readonly reconstruction: Uint8Array;
  readonly code: Float32Array;
  /** Of the drawing without noise. */
  readonly error: number;
  /** Above which it is an anomaly. */
  readonly threshold: number;
  /** With noise: mean squared differences from the drawing without it, before and after. */
  readonly noiseError?: number;
  readonly denoisedError?: number;
}

/** A picture with a high error. */
export interface Suspect {
  readonly error: number;
  /** Whether it was made to be odd. */
  readonly odd: boolean;
}

/** What all held-out pictures are looked through for. */
export interface Analysis {
  /** Mean reconstruction error of the held-out pictures, without odd ones. */
  readonly meanError: number;
  readonly threshold: number;
  /** How many were looked at, and how many are above the threshold. */
  readonly looked: number;
  readonly flagged: number;
  readonly odd: number;
  readonly oddFlagged: number;
  /** Those with the highest errors, highest first. */
  readonly suspects: readonly Suspect[];
  readonly pictures: Uint8Array;
  readonly reconstructions: Uint8Array;
  /** Of each component of the code. */
  readonly ranges: readonly Range[];
  /** Codes of some pictures, where they are 2 wide. */
  readonly map?: { readonly codes: Float32Array; readonly labels?: Uint8Array };
}

/** What the worker tells the page. */
export type FromWorker =
  | { readonly kind: "phase"; readonly phase: Phase; readonly text: string }
  | { readonly kind: "data"; readonly title: string; readonly builtIn: boolean }
  /** A new or loaded model; what was learnt before is gone. */
  | {
      readonly kind: "model";
      readonly layers: string;
      readonly latentSize: number;
      readonly parameters: number;
      readonly variational: boolean;
      readonly engine: EngineReport;
      /** Of the file that it came from. */
      readonly name?: string;
    }
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "showcase"; readonly showcase: Showcase }
  | { readonly kind: "analysis"; readonly analysis: Analysis }
  | { readonly kind: "decoded"; readonly picture: Uint8Array }
  | { readonly kind: "drawn"; readonly drawn: Drawn }
  | { readonly kind: "sample"; readonly pixels: Float32Array }
  | { readonly kind: "saved"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "error"; readonly message: string };
