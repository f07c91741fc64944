import { describe, expect, test } from "vitest";
import {
  STEP_GRADIENT_RATE,
  STEP_LEARNING_RATE,
  STEP_SECOND_FACTOR,
  STEP_WEIGHT_DECAY,
  STEP_WORDS,
} from "../../assembly/abi.js";
import { BUILDS } from "../support/kernels.js";
import { adamStep, EPSILON, sgdStep } from "../support/reference.js";
import { Sandbox } from "./sandbox.js";
import { distinct, expectSameBits, expectWithin, SIZES } from "./values.js";

const RATE = Math.fround(0.037);
const STEPS = 3;

/** Rows × columns, and the share of rows that is updated. */
const SHARES = SIZES.flatMap((columns) =>
  [
    [1, 0, 1],
    [5, 0, 5],
    [5, 1, 4],
    [5, 3, 3],
  ].map(([rows, begin, end]) => ({ columns, rows: rows!, begin: begin!, end: end! })),
);

/** What the step block holds for AdamW and Nadam. */
const [DECAY, GRADIENT_RATE, SECOND_FACTOR] = [0.02, 0.3, 2.5].map(Math.fround) as [number, number, number];

/** The step block with a learning rate, in the kernels' memory. */
function stepBlock(box: Sandbox, rate: number): number {
  const words = new Uint32Array(STEP_WORDS);
  const floats = new Float32Array(words.buffer);
  floats[STEP_LEARNING_RATE] = rate;
  floats[STEP_WEIGHT_DECAY] = DECAY;
  floats[STEP_GRADIENT_RATE] = GRADIENT_RATE;
  floats[STEP_SECOND_FACTOR] = SECOND_FACTOR;
  return box.words(STEP_WORDS).set(words).at();
}

/**
 * How far m / (√v + ε) may be off when m is off by error·scale and v by error·scale². Small v that follow large ones
 * keep the absolute error of those.
 */
function quotientError(
  { first, second }: { first: number; second: number },
  scale: number,
  error: number,
  epsilon: number,
): number {
  const root = Math.sqrt(second);
  const divisor = root + epsilon;
  const secondError = error * scale ** 2;
  const rootError = Math.min(Math.sqrt(secondError), secondError / root);
  const least = Math.max(divisor - rootError, epsilon);
  const m = Math.abs(first);
  return (error * scale) / least + (m * rootError) / (divisor * least) + (3 * EPSILON * m) / divisor;
}

const [RHO, EPS, MU] = [0.9, 1e-3, 0.5].map(Math.fround) as [number, number, number];
const SHARE = Math.fround(1 - RHO);
const [B1, B2] = [0.1, 0.01].map(Math.fround) as [number, number];

const adamCall = ([m, v]: readonly number[], step: number) => [m!, v!, step, B1, B2, EPS];

/** One step of one element: θ and what is kept of it, from g. */
type Rule = (theta: number, g: number, kept: readonly number[]) => readonly [number, ...number[]];
const moments = (g: number, [m, v]: readonly number[]) =>
  [m! + B1 * (g - m!), v! + B2 * (g * g - v!)] as const;

/** An optimizer's kernel, called with the addresses of the block of its step and of what it keeps. */
interface Case {
  readonly name: "adamw" | "nadam" | "rmsprop" | "adagrad" | "adadelta";
  readonly what: string;
  readonly kept: number;
  readonly call: (kept: readonly number[], step: number) => readonly number[];
  readonly rule: Rule;
}

function rmspropCase(momentum: number, centered: boolean): Case {
  return {
    name: "rmsprop",
    what: `momentum ${momentum}, centered ${centered}`,
    kept: 3,
    call: ([v, m, a], step) => [v!, m!, a!, step, RHO, SHARE, momentum, EPS, centered ? 1 : 0],
    rule: (theta, g, kept) => {
      const v = RHO * kept[0]! + SHARE * g * g;
      const a = centered ? RHO * kept[2]! + SHARE * g : kept[2]!;
      const d = (RATE * g) / Math.sqrt((centered ? Math.max(0, v - a * a) : v) + EPS);
      const m = momentum > 0 ? momentum * kept[1]! + d : kept[1]!;
      return [theta - (momentum > 0 ? m : d), v, m, a];
    },
  };
}

const CASES: Case[] = [
  {
    name: "adamw",
    what: "",
    kept: 2,
    call: adamCall,
    rule: (theta, g, kept) => {
      const [m, v] = moments(g, kept);
      return [theta - DECAY * theta - (RATE * m) / (Math.sqrt(v) + EPS), m, v];
    },
  },
  {
    name: "nadam",
    what: "",
    kept: 2,
    call: adamCall,
    rule: (theta, g, kept) => {
      const [m, v] = moments(g, kept);
      return [theta - (RATE * m + GRADIENT_RATE * g) / (Math.sqrt(SECOND_FACTOR * v) + EPS), m, v];
    },
  },
  rmspropCase(0, false),
  rmspropCase(MU, false),
  rmspropCase(0, true),
  rmspropCase(MU, true),
  {
    name: "adagrad",
    what: "",
    kept: 1,
    call: ([a], step) => [a!, step, EPS],
    rule: (theta, g, [a]) => [theta - (RATE * g) / Math.sqrt(a! + g * g + EPS), a! + g * g],
  },
  {
    name: "adadelta",
    what: "",
    kept: 2,
    call: ([a, d], step) => [a!, d!, step, RHO, SHARE, EPS],
    rule: (theta, g, kept) => {
      const a = RHO * kept[0]! + SHARE * g * g;
      const x = (g * Math.sqrt(kept[1]! + EPS)) / Math.sqrt(a + EPS);
      return [theta - RATE * x, a, RHO * kept[1]! + SHARE * x * x];
    },
  },
];

describe.each(BUILDS)("%s", (build) => {
  const box = new Sandbox(build);

  test.each([
    { momentum: 0, nesterov: false },
    { momentum: 0.9, nesterov: false },
    { momentum: 0.9, nesterov: true },
    { momentum: 0.3, nesterov: true },
  ])("sgd, momentum $momentum, Nesterov $nesterov", ({ momentum, nesterov }) => {
    const mu = Math.fround(momentum);
    for (const { columns, rows, begin, end } of SHARES) {
      const what = `sgd, rows ${begin} to ${end} of ${rows} × ${columns}`;
      const count = rows * columns;
      const [theta, velocity] = [distinct(count, 1), distinct(count, 2)];
      const parameters = box.floats(rows, columns).set(theta);
      const velocities = box.floats(rows, columns).set(velocity);
      const gradient = box.floats(rows, columns);
      const step = stepBlock(box, RATE);
      const wantedTheta = Float64Array.from(theta);
      const wantedVelocity = Float64Array.from(velocity);
      for (let t = 0; t < STEPS; t++) {
        const g = distinct(count, 10 + t, 5);
        gradient.set(g);
        const addresses = [parameters.at(), gradient.at(), velocities.at(), step] as const;
        box.kernels.sgd(begin, end, columns, ...addresses, mu, nesterov ? 1 : 0);
        box.check(what);
        for (let i = begin * columns; i < end * columns; i++) {
          const now = sgdStep(wantedTheta[i]!, g[i]!, wantedVelocity[i]!, RATE, mu, nesterov);
          wantedTheta[i] = now.theta;
          wantedVelocity[i] = momentum === 0 ? wantedVelocity[i]! : now.velocity;
        }
        expectSameBits(gradient.bits(), new Uint8Array(g.buffer), `${what}: gradient`);
      }
      // |θ|, |v| < 2 and |ηg| < 0.2 throughout; at most five roundings a step of values below 2.
      const bound = (i: number) => (i >= begin * columns && i < end * columns ? STEPS * 5 * EPSILON * 2 : 0);
      expectWithin(parameters.get(), wantedTheta, bound, what);
      expectWithin(velocities.get(), wantedVelocity, momentum === 0 ? () => 0 : bound, `${what}: velocity`);
      box.clear();
    }
  });

  test.each([
    { beta1: 0.9, beta2: 0.999, epsilon: 1e-7, size: 1 },
    { beta1: 0.9, beta2: 0.999, epsilon: 1e-7, size: 1e-6 },
    { beta1: 0.5, beta2: 0.9, epsilon: 1e-3, size: 100 },
    { beta1: 0, beta2: 0, epsilon: 1e-7, size: 1 },
  ])("adam, β $beta1 and $beta2, ε $epsilon, gradients of size $size", ({ beta1, beta2, epsilon, size }) => {
    const constants = [Math.fround(1 - beta1), Math.fround(1 - beta2), Math.fround(epsilon)] as const;
    for (const { columns, rows, begin, end } of SHARES) {
      const what = `adam, rows ${begin} to ${end} of ${rows} × ${columns}`;
      const count = rows * columns;
      const theta = distinct(count, 1);
      const start = {
        first: distinct(count, 2, size),
        second: distinct(count, 3, size * size).map(Math.abs),
      };
      const parameters = box.floats(rows, columns).set(theta);
      const first = box.floats(rows, columns).set(start.first);
      const second = box.floats(rows, columns).set(start.second);
      const gradient = box.floats(rows, columns);
      const step = stepBlock(box, RATE);
      const wanted = Array.from(theta, (x, i) => ({
        theta: x,
        first: start.first[i]!,
        second: start.second[i]!,
      }));
      // Error of the moments after all steps, relative to their scale; of the parameters, element by element.
      const moments = STEPS * 4 * EPSILON;
      const slack = new Float64Array(count);
      for (let t = 0; t < STEPS; t++) {
        const g = distinct(count, 20 + t, size);
        gradient.set(g);
        const addresses = [parameters.at(), gradient.at(), first.at(), second.at(), step] as const;
        box.kernels.adam(begin, end, columns, ...addresses, ...constants);
        box.check(what);
        for (let i = begin * columns; i < end * columns; i++) {
          const old = wanted[i]!;
          wanted[i] = adamStep(old.theta, g[i]!, old.first, old.second, RATE, ...constants);
          slack[i]! += RATE * quotientError(wanted[i]!, size, moments, constants[2]);
        }
      }
      const inside = (i: number) => i >= begin * columns && i < end * columns;
      const bound = (i: number) => (inside(i) ? STEPS * 2 * EPSILON + slack[i]! : 0);
      const pick = (key: "theta" | "first" | "second") => wanted.map((w) => w[key]);
      expectWithin(first.get(), pick("first"), (i) => (inside(i) ? moments * size : 0), `${what}: m`);
      expectWithin(second.get(), pick("second"), (i) => (inside(i) ? moments * size ** 2 : 0), `${what}: v`);
      expectWithin(parameters.get(), pick("theta"), bound, what);
      box.clear();
    }
  });

  test.each(CASES)("$name $what", ({ name, kept, call, rule }) => {
    for (const { columns, rows, begin, end } of SHARES) {
      const what = `${name}, rows ${begin} to ${end} of ${rows} × ${columns}`;
      const count = rows * columns;
      // What is kept is positive, and large enough that roots do not magnify its rounding; so is the variance that is
      // left of v when the square of the mean is taken from it.
      const starts = Array.from({ length: kept }, (_, index) =>
        distinct(count, 30 + index).map((x) => (1 + Math.abs(x)) / (index === 2 ? 4 : 1)),
      );
      const theta = distinct(count, 1);
      const parameters = box.floats(rows, columns).set(theta);
      const states = starts.map((start) => box.floats(rows, columns).set(start));
      const gradient = box.floats(rows, columns);
      const step = stepBlock(box, RATE);
      const wanted = Array.from(theta, (x, i): readonly number[] => [x, ...starts.map((start) => start[i]!)]);
      for (let t = 0; t < STEPS; t++) {
        const g = distinct(count, 40 + t, 3);
        gradient.set(g);
        const addresses = states.map((state) => state.at());
        const more = call(addresses, step);
        box.kernels[name](begin, end, columns, parameters.at(), gradient.at(), ...more);
        box.check(what);
        for (let i = begin * columns; i < end * columns; i++) {
          const [x, ...old] = wanted[i]!;
          wanted[i] = rule(x!, g[i]!, old);
        }
        expectSameBits(gradient.bits(), new Uint8Array(g.buffer), `${what}: gradient`);
      }
      // Every value is below 32, those of a root above 0.1, and there are few roundings a step.
      const inside = (i: number) => i >= begin * columns && i < end * columns;
      const bound = (i: number) =>
        inside(i) ? STEPS * 100 * EPSILON * Math.max(1, Math.abs(wanted[i]![0]!)) : 0;
      expectWithin(
        parameters.get(),
        wanted.map(([x]) => x!),
        bound,
        what,
      );
      states.forEach((state, index) => {
        const values = wanted.map((w) => w[index + 1]!);
        const near = (i: number) => (inside(i) ? STEPS * 8 * EPSILON * Math.max(1, Math.abs(values[i]!)) : 0);
        expectWithin(state.get(), values, near, `${what}: state ${index}`);
      });
      box.clear();
    }
  });

  test.each(CASES)("$name $what: NaN and infinite gradients reach the parameters", ({ name, kept, call }) => {
    const gradient = box.floats(1, 5).set([Number.NaN, Infinity, -Infinity, 1, 2]);
    const parameters = box.floats(1, 5).set(new Float32Array(5));
    const states = Array.from({ length: kept }, () => box.floats(1, 5).set(new Float32Array(5)).at());
    box.kernels[name](0, 1, 5, parameters.at(), gradient.at(), ...call(states, stepBlock(box, 1)));
    expect([...parameters.get()].map(Number.isFinite)).toEqual([false, false, false, true, true]);
  });

  // Rounding keeps a subnormal number from shrinking any further, and processors are slow with them.
  test.each([
    ...CASES.filter(({ name }) => name !== "adagrad"),
    { name: "adam" as const, what: "", kept: 2, call: adamCall },
    {
      name: "sgd" as const,
      what: "",
      kept: 1,
      call: ([v]: readonly number[], step: number) => [v!, step, MU, 0],
    },
  ])("$name $what: what is kept shrinks to 0 without gradients, not to subnormal numbers", (one) => {
    const gradient = box.floats(1, 5).set(new Float32Array(5));
    const parameters = box.floats(1, 5).set(new Float32Array(5).fill(1));
    const start = Float32Array.of(1e-30, 1e-36, 2e-38, 1e-39, 1e-45);
    const states = Array.from({ length: one.kept }, () => box.floats(1, 5).set(start));
    const step = stepBlock(box, RATE);
    const more = one.call(
      states.map((state) => state.at()),
      step,
    );
    for (let t = 0; t < 2000; t++) box.kernels[one.name](0, 1, 5, parameters.at(), gradient.at(), ...more);
    const used = states.filter((state) => state.get().some((value, i) => value !== start[i]));
    expect(used.length).toBeGreaterThan(0);
    for (const state of used) expect([...state.get()]).toEqual([0, 0, 0, 0, 0]);
  });

  test("rmsprop takes a variance that rounding leaves below 0 as 0", () => {
    const [parameters, gradient] = [box.floats(1, 1).set([1]), box.floats(1, 1).set([1])];
    const [velocity, mean] = [box.floats(1, 1).set([1]), box.floats(1, 1).set([1.001])];
    const step = stepBlock(box, RATE);
    const kept = [velocity.at(), 0, mean.at(), step] as const;
    box.kernels.rmsprop(0, 1, 1, parameters.at(), gradient.at(), ...kept, RHO, SHARE, 0, EPS, 1);
    expect(parameters.get()[0]).toBeCloseTo(1 - RATE / Math.sqrt(EPS), 5);
  });

  test("adam leaves parameters alone that never had a gradient", () => {
    const theta = distinct(13, 4);
    const zeros = new Float32Array(13);
    const parameters = box.floats(1, 13).set(theta);
    const [gradient, first, second] = [0, 0, 0].map(() => box.floats(1, 13).set(zeros).at());
    const step = stepBlock(box, 1);
    box.kernels.adam(0, 1, 13, parameters.at(), gradient!, first!, second!, step, 0.1, 0.001, 1e-7);
    expectSameBits(parameters.bits(), new Uint8Array(theta.buffer), "adam of zeros");
  });

  test("NaN and infinite gradients reach the parameters", () => {
    const bad = [Number.NaN, Infinity, -Infinity, 1, 2];
    const gradient = box.floats(1, 5).set(bad);
    const parameters = box.floats(1, 5).set(new Float32Array(5));
    const step = stepBlock(box, 1);
    box.kernels.sgd(0, 1, 5, parameters.at(), gradient.at(), 0, step, 0, 0);
    expect([...parameters.get()]).toEqual([Number.NaN, -Infinity, Infinity, -1, -2]);
    const [first, second] = [0, 0].map(() => box.floats(1, 5).set(new Float32Array(5)).at());
    parameters.set(new Float32Array(5));
    box.kernels.adam(0, 1, 5, parameters.at(), gradient.at(), first!, second!, step, 0.1, 0.1, 1e-7);
    expect([...parameters.get()].map(Number.isFinite)).toEqual([false, false, false, true, true]);
  });
});
