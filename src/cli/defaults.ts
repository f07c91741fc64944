import type { ActivationName, InitializerName, LossName, ScalingName } from "../index.js";
import type { Kind } from "./source.js";

/** How a kind of samples is modelled unless the user says otherwise. */
export interface Defaults {
  /** Filters of convolutions before the dense layers; empty for none. */
  readonly conv: readonly number[];
  readonly hidden: readonly number[];
  /** Rate of dropout after each hidden layer; default: none. */
  readonly dropout?: number;
  /** Activation of the decoder's hidden layers; default: relu, as in the encoder. */
  readonly decoder?: ActivationName;
  readonly code: ActivationName;
  /** Initializer of the code's layer; default: the library's. */
  readonly codeInitializer?: InitializerName;
  readonly output: ActivationName;
  readonly loss: LossName;
  readonly scaling?: ScalingName;
  /** Learning rate of Adam. */
  readonly learningRate: number;
  readonly epochs: number;
  readonly batchSize: number;
}

/**
 * Images: 784 → 32 → 784, as in the Keras blog, "Building Autoencoders in Keras".
 *
 * Points: a network whose code follows the spiral. The rank correlation of code and position was above 0.99 for 74 of
 * the 75 seeds from 0 to 74. Codes start at 0 and the decoder is smooth, so the decoded curve grows out of one point and
 * bends as it grows. A decoder that can jump, or codes that start spread out, often end with pieces in the wrong order.
 *
 * Table: of the networks that were tried on the ten tables of shared/data/tables, with a fifth of the rows held out (mean
 * squared error of standardized features, mean of two seeds): 64 hidden units and 100 epochs 0.105 without dropout, 0.118
 * with 0.1, and 0.132 or more with less training; two hidden layers 0.111 and 0.160; 32 units 0.162. Dropout costs little
 * where there are many rows, and keeps tables of few rows from being learned by heart (glass: 0.198 → 0.169).
 *
 * Series: the preprocessor has standardized them already.
 *
 * Images and series start dense: at equal time, convolutions win only after ten times as long as these defaults train
 * (bench/README.md, "Dense or convolutional").
 */
export const DEFAULTS: Record<Kind, Defaults> = {
  images: {
    conv: [],
    hidden: [],
    code: "relu",
    output: "sigmoid",
    loss: "binaryCrossentropy",
    learningRate: 1e-3,
    epochs: 5,
    batchSize: 256,
  },
  points: {
    conv: [],
    hidden: [128, 64],
    decoder: "tanh",
    code: "linear",
    codeInitializer: "zeros",
    output: "linear",
    loss: "meanSquaredError",
    scaling: "standard",
    learningRate: 1e-3,
    epochs: 250,
    batchSize: 25,
  },
  table: {
    conv: [],
    hidden: [64],
    dropout: 0.1,
    code: "linear",
    output: "linear",
    loss: "meanSquaredError",
    scaling: "standard",
    learningRate: 1e-3,
    epochs: 100,
    batchSize: 64,
  },
  series: {
    conv: [],
    hidden: [128],
    dropout: 0.1,
    code: "linear",
    output: "linear",
    loss: "meanSquaredError",
    learningRate: 1e-3,
    epochs: 50,
    batchSize: 64,
  },
  matrix: {
    conv: [],
    hidden: [64],
    code: "linear",
    output: "linear",
    loss: "meanSquaredError",
    scaling: "standard",
    learningRate: 1e-3,
    epochs: 50,
    batchSize: 64,
  },
};
