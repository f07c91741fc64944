import { describe, expect, test } from "vitest";
import {
  ArgumentError,
  cosineDecay,
  exponentialDecay,
  reduceOnPlateau,
  type Schedule,
  stepDecay,
  warmup,
} from "../../src/index.js";
import { OptimizerClock } from "../../src/optimizers/clock.js";
import { LearningRate } from "../../src/optimizers/learningRate.js";
import { OPTIMIZER_NAMES, toOptimizer } from "../../src/optimizers/optimizers.js";
import { failure } from "../support/models.js";

const START = { initialLearningRate: 0.2, decaySteps: 10 };

// What keras.optimizers.schedules gives for the same options, in float32.
const KERAS: [string, Schedule, [step: number, rate: number][]][] = [
  [
    "ExponentialDecay",
    exponentialDecay({ ...START, decayRate: 0.5 }),
    [
      [0, 0.2],
      [1, 0.18660659],
      [7, 0.12311444],
      [10, 0.1],
      [25, 0.035355343],
    ],
  ],
  [
    "ExponentialDecay with staircase",
    stepDecay({ ...START, decayRate: 0.5 }),
    [
      [0, 0.2],
      [9, 0.2],
      [10, 0.1],
      [19, 0.1],
      [25, 0.05],
    ],
  ],
  [
    "CosineDecay",
    cosineDecay({ ...START, alpha: 0.1 }),
    [
      [0, 0.2],
      [3, 0.16290068],
      [5, 0.11],
      [10, 0.02],
      [99, 0.02],
    ],
  ],
  [
    "CosineDecay with warm-up",
    warmup({ warmupSteps: 4, initialLearningRate: 0.04, schedule: cosineDecay(START) }),
    [
      [0, 0.04],
      [1, 0.08],
      [3, 0.16],
      [4, 0.2],
      [9, 0.1],
      [14, 0],
      [20, 0],
    ],
  ],
];

test.each(KERAS)("%s", (_, schedule, points) => {
  const rate = new LearningRate(schedule);
  for (const [step, wanted] of points) expect(Math.abs(rate.at(step) - wanted), `${step}`).toBeLessThan(2e-8);
  expect(rate.state()).toEqual([]);
  expect(rate.monitor).toBeUndefined();
});

test("a warm-up leads to a constant, too, and from 0 unless told otherwise", () => {
  const rate = new LearningRate(warmup({ warmupSteps: 2, schedule: 0.5 }));
  expect([0, 1, 2, 3].map((step) => rate.at(step))).toEqual([0, 0.25, 0.5, 0.5]);
});

describe("reduceOnPlateau", () => {
  const options = { initialLearningRate: 1, factor: 0.5, patience: 2, monitor: "loss" } as const;
  const follow = (rate: LearningRate, losses: readonly number[]) =>
    losses.map((loss) => {
      rate.endEpoch({ loss });
      return rate.at(0);
    });

  test("halves after as many epochs without improvement as it has patience", () => {
    const rate = new LearningRate(reduceOnPlateau(options));
    // 0.99995 is no improvement by more than 1e-4.
    expect(follow(rate, [1, 1, 0.9, 0.9, 0.95, 0.5, 0.5, 0.49995])).toEqual([
      1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25,
    ]);
  });

  test("does not count epochs of its cooldown", () => {
    const rate = new LearningRate(reduceOnPlateau({ ...options, patience: 1, cooldown: 2 }));
    // As Keras: the epoch in which the cooldown ends counts.
    expect(follow(rate, [1, 1, 1, 1, 1, 1])).toEqual([1, 0.5, 0.5, 0.25, 0.25, 0.125]);
  });

  test("stops at its lowest rate", () => {
    const rate = new LearningRate(reduceOnPlateau({ ...options, patience: 1, minLearningRate: 0.3 }));
    expect(follow(rate, [1, 1, 1, 1])).toEqual([1, 0.5, 0.3, 0.3]);
  });

  test("follows valLoss unless told otherwise, also behind a warm-up", () => {
    const plateau = reduceOnPlateau({ initialLearningRate: 1, patience: 1 });
    const rate = new LearningRate(warmup({ warmupSteps: 2, schedule: plateau }));
    expect(rate.monitor).toBe("valLoss");
    for (const loss of [3, 2, 1]) rate.endEpoch({ loss, valLoss: 1 });
    // Two epochs without improvement, a tenth each.
    expect(rate.at(2)).toBeCloseTo(0.01, 12);
    expect(rate.at(1)).toBeCloseTo(0.005, 12);
  });

  test("goes on from its state as if it had not stopped", () => {
    const losses = [1, 0.8, 0.8, 0.8, 0.7, 0.9, 0.7, 0.6, 0.6, 0.6, 0.6];
    const through = follow(new LearningRate(reduceOnPlateau(options)), losses);
    for (let stop = 0; stop < losses.length; stop++) {
      const before = new LearningRate(reduceOnPlateau(options));
      const first = follow(before, losses.slice(0, stop));
      const after = new LearningRate(reduceOnPlateau(options));
      after.restore(JSON.parse(JSON.stringify(before.state())));
      expect([...first, ...follow(after, losses.slice(stop))]).toEqual(through);
    }
  });

  test("refuses a state that is not its own", async () => {
    const rate = new LearningRate(reduceOnPlateau(options));
    const never = [
      [-0.1, 1, 0, 0],
      [0.1, 1, 0.5, 0],
      [0.1, 1, 0, -1],
    ];
    for (const state of [[], [1, 2, 3], [1, 2, 3, Number.NaN], ...never]) {
      expect(await failure(() => rate.restore(state))).toBeInstanceOf(ArgumentError);
    }
    expect(await failure(() => new LearningRate(0.1).restore([1]))).toBeInstanceOf(ArgumentError);
  });
});

test.each(OPTIMIZER_NAMES)("the clock of %s goes on from a number of steps alone", (kind) => {
  const optimizer = toOptimizer({ kind, learningRate: cosineDecay(START) } as never);
  const through = new OptimizerClock(optimizer);
  const factors = Array.from({ length: 20 }, () => through.tick());
  expect(factors.every((f) => Object.values(f).every(Number.isFinite))).toBe(true);
  for (const stop of [0, 1, 7, 19]) {
    const resumed = new OptimizerClock(optimizer);
    resumed.tick();
    resumed.reset(stop);
    expect(resumed.steps).toBe(stop);
    expect(Array.from({ length: 20 - stop }, () => resumed.tick())).toEqual(factors.slice(stop));
  }
});
