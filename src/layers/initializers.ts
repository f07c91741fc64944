import { canonical, type Habits } from "../common/check.js";

/** Initializers of weight matrices, named as in Keras, in camelCase. */
export type InitializerName =
  | "glorotUniform"
  | "glorotNormal"
  | "heUniform"
  | "heNormal"
  | "orthogonal"
  | "zeros";

/**
 * Distribution of initial values: uniform in [−limit, limit), normal with mean 0, an orthogonal matrix, constant, or
 * constant in each of several equal parts.
 */
export type Distribution =
  | { readonly kind: "uniform"; readonly limit: number }
  | { readonly kind: "normal"; readonly deviation: number }
  | { readonly kind: "orthogonal" }
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "parts"; readonly values: readonly number[] };

/** All zeros, the initial value of biases. */
export const ZEROS: Distribution = { kind: "constant", value: 0 };

/**
 * Glorot: X. Glorot and Y. Bengio, 2010, variance 2 / (fanIn + fanOut), also known as Xavier. He: K. He et al., 2015,
 * variance 2 / fanIn. A uniform distribution of limit L has variance L² / 3. The normal distributions are not
 * truncated. Orthogonal: A. M. Saxe et al., 2013; the rows or the columns of the weight, whichever are fewer, are
 * orthonormal.
 */
const DISTRIBUTIONS: Record<InitializerName, (fanIn: number, fanOut: number) => Distribution> = {
  glorotUniform: (fanIn, fanOut) => ({ kind: "uniform", limit: Math.sqrt(6 / (fanIn + fanOut)) }),
  glorotNormal: (fanIn, fanOut) => ({ kind: "normal", deviation: Math.sqrt(2 / (fanIn + fanOut)) }),
  heUniform: (fanIn) => ({ kind: "uniform", limit: Math.sqrt(6 / fanIn) }),
  heNormal: (fanIn) => ({ kind: "normal", deviation: Math.sqrt(2 / fanIn) }),
  orthogonal: () => ({ kind: "orthogonal" }),
  zeros: () => ZEROS,
};

export const INITIALIZER_NAMES = Object.keys(DISTRIBUTIONS) as InitializerName[];

const HABITS: Habits<InitializerName> = {
  hints: {
    // PyTorch's names.
    xavieruniform: 'did you mean "glorotUniform"?',
    xaviernormal: 'did you mean "glorotNormal"?',
    kaiminguniform: 'did you mean "heUniform"?',
    kaimingnormal: 'did you mean "heNormal"?',
  },
};

/**
 * Converts any accepted spelling to the initializer's name.
 *
 * @throws {ArgumentError} for anything else
 */
export function toInitializer(name: string, value: unknown): InitializerName {
  return canonical(name, value, INITIALIZER_NAMES, HABITS);
}

/** The initial distribution of the weights of a layer with `fanIn` inputs and `fanOut` outputs. */
export function distribution(name: InitializerName, fanIn: number, fanOut: number): Distribution {
  return DISTRIBUTIONS[name](fanIn, fanOut);
}
