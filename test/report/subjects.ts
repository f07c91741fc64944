import {
  Autoencoder,
  type AutoencoderOptions,
  conv2d,
  conv2dTranspose,
  dense,
  digits,
  flatten,
  gaussian,
  gaussianNoise,
  l2,
  reshape,
  spiral,
} from "../../src/index.js";
import type { Subject } from "../../src/report/drawReport.js";
import { values } from "../support/models.js";

const engine = { math: "portable", threads: 1 } as const;

/** A subject of a report, and what ends it. */
export interface Made {
  readonly subject: Subject;
  dispose(): Promise<void>;
}

async function made(
  options: AutoencoderOptions,
  about: Omit<Subject, "model" | "dataTitle" | "modelTitle">,
  epochs: number,
): Promise<Made> {
  const model = await Autoencoder.create({ ...options, engine });
  const history = await model.fit(about.data, { epochs, batchSize: 50, validationSplit: 0.2 });
  const subject = {
    ...about,
    model,
    history,
    dataTitle: "some <b>data</b> & more",
    modelTitle: "m.safetensors",
  };
  return { subject, dispose: () => model.dispose() };
}

/** Points of a spiral, and a model of a code of `latent`. */
export function spiralSubject(latent = 1): Promise<Made> {
  const { points, positions } = spiral({ samples: 300, seed: 1 });
  const options: AutoencoderOptions = {
    inputSize: 2,
    encoder: [dense(16, "tanh"), dense(latent)],
    decoder: [dense(16, "tanh"), dense(2)],
    scaling: "standard",
  };
  return made(options, { data: points.data, positions }, 60);
}

/** The same far from 0, and in units that differ. */
export function farSubject(): Promise<Made> {
  const { points } = spiral({ samples: 300, seed: 1 });
  const data = points.data.map((value, i) => (i % 2 === 0 ? 123_456.5 + value : -2e-5 * value));
  const options: AutoencoderOptions = {
    inputSize: 2,
    encoder: [dense(16, "tanh"), dense(1, "sigmoid")],
    decoder: [dense(16, "tanh"), dense(2)],
    scaling: "minMax",
  };
  return made(options, { data }, 3);
}

const pixels = { inputSize: 784, decoder: [dense(784, "sigmoid")], loss: "binaryCrossentropy" } as const;
export const KINDS = {
  plain: { ...pixels, encoder: [dense(12, "relu")] },
  denoiser: { ...pixels, encoder: [dense(40, "relu"), dense(2)], corruption: gaussianNoise(0.5) },
  variational: { ...pixels, encoder: [dense(40, "relu")], latent: gaussian(2) },
  tied: { ...pixels, encoder: [dense(8, "relu")], tied: true },
} satisfies Record<string, AutoencoderOptions>;

/** Digits, and a model of a kind. */
export function digitSubject(kind: keyof typeof KINDS): Promise<Made> {
  const { images, labels } = digits({ samples: 300, seed: 2 });
  return made(KINDS[kind], { data: images, labels, image: { width: 28, height: 28 } }, 2);
}

/** Small colour images, and a convolutional model of them. */
export function colourSubject(): Promise<Made> {
  const data = Uint8Array.from(values(40, 8 * 6 * 3, 8, 0, 255));
  const options: AutoencoderOptions = {
    inputShape: [8, 6, 3],
    encoder: [
      conv2d(5, 3, "relu", { strides: 2, padding: "same", kernelPenalty: l2(0.001) }),
      conv2d(20, 3, "relu", { padding: "same" }),
      flatten(),
      dense(3),
    ],
    decoder: [
      dense(4 * 3 * 4, "relu"),
      reshape([4, 3, 4]),
      conv2dTranspose(3, 3, "sigmoid", { strides: 2, padding: "same" }),
    ],
    loss: "binaryCrossentropy",
  };
  return made(options, { data }, 3);
}

/** Numbers of seven columns. */
export function tableSubject(): Promise<Made> {
  const data = values(200, 7, 3, -4, 9);
  const options: AutoencoderOptions = {
    inputSize: 7,
    encoder: [dense(3)],
    decoder: [dense(7)],
    scaling: "standard",
  };
  return made(options, { data }, 5);
}
