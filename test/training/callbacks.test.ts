import { describe, expect, test, vi } from "vitest";
import {
  ArgumentError,
  type Callback,
  Engine,
  earlyStopping,
  type FitOptions,
  modelCheckpoint,
  sgd,
} from "../../src/index.js";
import { failure, MATHS, smallModel, values, weightBits } from "../support/models.js";

const samples = values(100, 6);
const heldOut = values(40, 6, 2);

test("the moments come in Keras's order, in the order of the callbacks, and promises are waited for", async () => {
  const model = await smallModel();
  const seen: string[] = [];
  const later = () => new Promise<void>((resolve) => setImmediate(resolve));
  const callback = (name: string): Callback => ({
    onTrainBegin: async ({ epochs, history, validates }) => {
      await later();
      seen.push(`${name} train begins: ${epochs} epochs, ${history.loss.length} done, ${validates}`);
    },
    onEpochBegin: async ({ epoch, epochs }) => {
      await later();
      seen.push(`${name} epoch ${epoch}/${epochs} begins`);
    },
    onBatchBegin: ({ step, steps }) => void seen.push(`${name} batch ${step}/${steps} begins`),
    onBatchEnd: ({ step, loss }) => void seen.push(`${name} batch ${step} ends ${loss > 0}`),
    onEpochEnd: async ({ epoch }, run) => {
      await later();
      seen.push(`${name} epoch ${epoch} ends, ${run.history.loss.length} known`);
    },
    onTrainEnd: async () => {
      await later();
      seen.push(`${name} train ends`);
    },
  });
  await model.fit(samples, {
    epochs: 2,
    batchSize: 60,
    callbacks: [callback("a"), callback("b")],
    onEpochEnd: () => void seen.push("option"),
  });
  const both = (text: string) => [`a ${text}`, `b ${text}`];
  const epoch = (number: number) => [
    ...both(`epoch ${number}/2 begins`),
    ...[1, 2].flatMap((step) => [...both(`batch ${step}/2 begins`), ...both(`batch ${step} ends true`)]),
    ...both(`epoch ${number} ends, ${number} known`),
    "option",
  ];
  expect(seen).toEqual([
    ...both("train begins: 2 epochs, 0 done, false"),
    ...epoch(1),
    ...epoch(2),
    ...both("train ends"),
  ]);
});

test.each<[string, unknown, RegExp]>([
  ["no array", {}, /^callbacks must be an array, not an object$/],
  ["a function", [() => {}], /^callbacks\[0\] must be an object, not a function$/],
  ["a misspelt moment", [{ onEpochStart: () => {} }], /did you mean "onEpochEnd"|is not known/],
  [
    "a moment that is none",
    [{}, { onEpochEnd: 3 }],
    /^onEpochEnd of callbacks\[1\] must be a function, not 3$/,
  ],
])("callbacks that are %s are refused", async (_, callbacks, message) => {
  const model = await smallModel();
  const error = await failure(() => model.fit(samples, { callbacks } as FitOptions));
  expect(error).toBeInstanceOf(ArgumentError);
  expect((error as Error).message).toMatch(message);
});

test("an object of a class may be a callback, with whatever else it has", async () => {
  class Counter {
    epochs = 0;
    onEpochEnd() {
      this.epochs++;
    }
  }
  const counter = new Counter();
  const model = await smallModel();
  model.fitSync(samples, { epochs: 3, callbacks: [counter] });
  expect(counter.epochs).toBe(3);
});

describe.each(MATHS)("%s: stop", (math) => {
  test("at the end of an epoch ends training in order", async () => {
    const [model, twin] = [await smallModel({ engine: { math } }), await smallModel({ engine: { math } })];
    const ended = vi.fn();
    const history = await model.fit(samples, {
      epochs: 10,
      callbacks: [
        { onEpochEnd: ({ epoch }, run) => epoch === 3 && run.stop() },
        { onTrainEnd: ended },
      ] as Callback[],
    });
    expect(history.loss).toHaveLength(3);
    expect(ended).toHaveBeenCalledOnce();
    await twin.fit(samples, { epochs: 3 });
    expect(weightBits(model)).toBe(weightBits(twin));
  });

  test("within an epoch ends it after the running step; it does not count", async () => {
    const engine = await Engine.create({ math });
    const model = await smallModel({ engine });
    const used = engine.memory.used;
    const steps: string[] = [];
    const history = await model.fit(samples, {
      epochs: 10,
      batchSize: 20,
      callbacks: [
        {
          onBatchEnd({ epoch, step }, run) {
            steps.push(`${epoch}:${step}`);
            if (epoch === 2 && step === 3) run.stop();
          },
        },
      ],
    });
    expect(history.loss).toHaveLength(1);
    expect(steps.at(-1)).toBe("2:3");
    expect(engine.memory.used).toBe(used);
    await model.fit(samples);
  });
});

describe("early stopping", () => {
  /** The losses of validation that the rate below gives: down, and up again as it is overfitted to other data. */
  const trained = async (options: Parameters<typeof earlyStopping>[0], epochs = 200) => {
    const model = await smallModel({ optimizer: sgd({ learningRate: 0.5 }), seed: 3 });
    const bits: string[] = [];
    const history = await model.fit(samples.subarray(0, 20 * 6), {
      epochs,
      batchSize: 4,
      validationData: heldOut,
      callbacks: [
        { onEpochEnd: (_, run) => void bits.push(weightBits(run.model as typeof model)) },
        earlyStopping(options),
      ],
    });
    return { model, history, bits };
  };
  const argmin = (series: readonly number[]) => series.indexOf(Math.min(...series));

  test("stops after `patience` epochs without improvement", async () => {
    const { history } = await trained({ patience: 4 });
    const { valLoss } = history;
    expect(valLoss.length).toBeLessThan(200);
    expect(valLoss.length - 1 - argmin(valLoss)).toBe(4);
    const zero = await trained({});
    expect(zero.history.valLoss.length - 1 - argmin(zero.history.valLoss)).toBe(1);
  });

  test("leaves the last weights, or restores the best ones", async () => {
    const last = await trained({ patience: 4 });
    expect(weightBits(last.model)).toBe(last.bits.at(-1));
    const best = await trained({ patience: 4, restoreBestWeights: true });
    const index = argmin(best.history.valLoss);
    expect(weightBits(best.model)).toBe(best.bits[index]);
    expect(best.bits[index]).not.toBe(best.bits.at(-1));
    expect(best.model.evaluateSync(heldOut).loss).toBe(best.history.valLoss[index]);
  });

  test("restores the best weights also when training ends by itself", async () => {
    const stopped = await trained({ patience: 4 });
    const epochs = stopped.history.loss.length - 1;
    const { model, history, bits } = await trained({ patience: 4, restoreBestWeights: true }, epochs);
    expect(history.loss).toHaveLength(epochs);
    expect(weightBits(model)).toBe(bits[argmin(history.valLoss)]);
  });

  test("minDelta and startFromEpoch and mode count", async () => {
    const all = await trained({ patience: 1000 }, 30);
    const { valLoss } = all.history;
    // Nothing is ever better by more than 10: the first epoch is the best, the one after it the last.
    expect((await trained({ minDelta: 10 })).history.loss).toHaveLength(2);
    expect((await trained({ minDelta: 10, startFromEpoch: 5 })).history.loss).toHaveLength(7);
    expect((await trained({ minDelta: 10, patience: 3 })).history.loss).toHaveLength(4);
    const falls = valLoss.findIndex((value, index) => index > 0 && value < valLoss[index - 1]!);
    expect((await trained({ mode: "max" })).history.loss).toHaveLength(falls + 1);
  });

  test.each<[string, object, RegExp]>([
    ["a negative patience", { patience: -1 }, /^patience must be an integer of at least 0, not -1$/],
    ["a negative minDelta", { minDelta: -1 }, /^minDelta must be a number of at least 0, not -1$/],
    ["an unknown mode", { mode: "least" }, /^mode of earlyStopping "least" is not known/],
    ["a misspelt option", { restoreBestWeight: true }, /did you mean "restoreBestWeights"\?$/],
  ])("refuses %s", (_, options, message) => {
    expect(() => earlyStopping(options)).toThrow(ArgumentError);
    expect(() => earlyStopping(options)).toThrow(message);
  });

  test("what training does not have is refused before it begins", async () => {
    const model = await smallModel();
    const before = weightBits(model);
    for (const [callback, message] of [
      [earlyStopping(), /^earlyStopping watches valLoss, but there is no validation; give validationData/],
      [
        earlyStopping({ monitor: "valMeanSquaredError" }),
        /watches valMeanSquaredError, but there is no validation/,
      ],
      [
        earlyStopping({ monitor: "binaryCrossentropy" }),
        /^monitor of earlyStopping "binaryCrossentropy" is not known/,
      ],
    ] as const) {
      const error = await failure(() => model.fit(samples, { callbacks: [callback] }));
      expect(error).toBeInstanceOf(ArgumentError);
      expect((error as Error).message).toMatch(message);
    }
    expect(weightBits(model)).toBe(before);
  });
});

test("modelCheckpoint saves each epoch, each n-th, or each best one", async () => {
  const epochs = async (options: object) => {
    const model = await smallModel({ optimizer: sgd({ learningRate: 0.5 }), seed: 3 });
    const saved: [epoch: number, bytes: Uint8Array][] = [];
    const { valLoss } = await model.fit(samples.subarray(0, 20 * 6), {
      epochs: 20,
      batchSize: 4,
      validationData: heldOut,
      callbacks: [modelCheckpoint({ ...options, save: (bytes, log) => void saved.push([log.epoch, bytes]) })],
    });
    return { model, valLoss, saved };
  };
  const all = await epochs({});
  expect(all.saved.map(([epoch]) => epoch)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  const some = await epochs({ every: 7 });
  expect(some.saved.map(([epoch]) => epoch)).toEqual([7, 14, 20]);
  const best = await epochs({ saveBestOnly: true, saveWeightsOnly: true });
  const bests = all.valLoss.flatMap((value, index) =>
    all.valLoss.slice(0, index).every((before) => value < before) ? [index + 1] : [],
  );
  expect(best.saved.map(([epoch]) => epoch)).toEqual(bests);
  expect(bests.length).toBeLessThan(20);
  // The last checkpoint is of the end; a model alone is smaller.
  expect(all.saved.at(-1)![1]).toEqual(all.model.toCheckpoint());
  expect(best.saved[0]![1].length).toBeLessThan(all.saved[0]![1].length);
  expect(() => modelCheckpoint({ save: "file" } as never)).toThrow(/^save must be a function, not "file"$/);
});

describe("promises of callbacks", () => {
  const boom = () => Promise.reject(new Error("boom"));
  const MOMENTS = [
    "onTrainBegin",
    "onEpochBegin",
    "onBatchBegin",
    "onBatchEnd",
    "onEpochEnd",
    "onTrainEnd",
  ] as const;

  test.each(MOMENTS)("fit is rejected with what that of %s is rejected with", async (moment) => {
    const model = await smallModel();
    const error = await failure(() => model.fit(samples, { epochs: 2, callbacks: [{ [moment]: boom }] }));
    expect((error as Error).message).toBe("boom");
    // The model is free for the next training.
    await model.fit(samples);
    await model.dispose();
  });

  test("onBatchEnd as an option is waited for, too", async () => {
    const model = await smallModel();
    const order: string[] = [];
    await model.fit(samples, {
      batchSize: 50,
      onBatchEnd: async ({ step }) => {
        order.push(`${step} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(`${step} ends`);
      },
    });
    expect(order).toEqual(["1 begins", "1 ends", "2 begins", "2 ends"]);
    expect(((await failure(() => model.fit(samples, { onBatchEnd: boom }))) as Error).message).toBe("boom");
    await model.dispose();
  });

  test.each(MOMENTS)("an abort ends the waiting for one of %s that is never settled", async (moment) => {
    const model = await smallModel();
    const controller = new AbortController();
    const never = () => {
      setImmediate(() => controller.abort(new Error("enough")));
      return new Promise<void>(() => {});
    };
    const error = await failure(() =>
      model.fit(samples, { callbacks: [{ [moment]: never }], signal: controller.signal }),
    );
    expect((error as Error).message).toBe("enough");
    await model.fit(samples);
    await model.dispose();
  });

  test("one that is rejected after the abort does no harm", async () => {
    const model = await smallModel();
    const controller = new AbortController();
    let reject = (_: Error) => {};
    const error = await failure(() =>
      model.fit(samples, {
        signal: controller.signal,
        onEpochEnd: () => {
          setImmediate(() => controller.abort(new Error("enough")));
          return new Promise<void>((_, fail) => {
            reject = fail;
          });
        },
      }),
    );
    expect((error as Error).message).toBe("enough");
    // The test runner fails on a rejection that nobody handles.
    reject(new Error("too late"));
    await new Promise((resolve) => setImmediate(resolve));
    await model.dispose();
  });
});
