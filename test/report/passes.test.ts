// A report sends all samples through the model once, and a single picture only if it needs them.
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  AnomalyDetector,
  Autoencoder,
  type AutoencoderOptions,
  dense,
  gaussian,
  huber,
  klSparsity,
  l1,
  l1l2,
  type Matrix,
  orderCorrelation,
  type Samples,
  spiral,
} from "../../src/index.js";
import { drawPicture, drawReport, pictureNames, type Subject } from "../../src/report/drawReport.js";
import { evaluationOf, measure } from "../../src/report/measure.js";
import { bits, smallModel, values } from "../support/models.js";
import { PASSES } from "../support/passes.js";

const ROWS = 300;
const made: Autoencoder[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(made.splice(0).map((model) => model.dispose()));
});

/** Calls of each method with as many samples, or codes, as there are. */
function countPasses(model: Autoencoder) {
  const passes: Record<string, number> = {};
  for (const name of PASSES) {
    const real = Autoencoder.prototype[name] as unknown as (this: Autoencoder, samples: Samples) => never;
    vi.spyOn(model, name).mockImplementation(function (this: Autoencoder, samples: Samples, ...rest: []) {
      const { length } = "data" in samples ? (samples as Matrix).data : (samples as Float32Array);
      if (length >= ROWS * Math.min(model.latentSize, model.inputSize))
        passes[name] = (passes[name] ?? 0) + 1;
      return real.call(this, samples, ...rest);
    } as never);
  }
  return passes;
}

async function tableOf(options: Partial<AutoencoderOptions> = {}, far = 0): Promise<Subject> {
  const model = await smallModel({ encoder: [dense(2)], ...options });
  made.push(model);
  const data = values(ROWS, 6).map((value) => value + far);
  await model.fit(data, { epochs: 3 });
  return { model, data, dataTitle: "data", modelTitle: "model" };
}

const IMAGE = { image: { width: 3, height: 2 } };
const ONE_PASS = { encode: 1, decode: 1 };

describe("passes of all samples in a report", () => {
  test.each<[string, Partial<AutoencoderOptions>]>([
    ["a table", {}],
    ["a table that is scaled", { scaling: "standard" }],
    ["another loss", { loss: huber({ delta: 0.1 }), scaling: "minMax" }],
    ["penalties on weights", { encoder: [dense(2, "tanh", { kernelPenalty: l1(0.01) })] }],
  ])("one for %s", async (_, options) => {
    const subject = await tableOf(options);
    const passes = countPasses(subject.model);
    await drawReport(subject);
    expect(pictureNames(subject)).toEqual(["errors", "features", "codes", "map"]);
    expect(passes).toEqual(ONE_PASS);
  });

  test("one for points, also for the rank correlation of their codes", async () => {
    const { points, positions } = spiral({ samples: ROWS });
    const model = await Autoencoder.create({ inputSize: 2, encoder: [dense(1)], decoder: [dense(2)] });
    made.push(model);
    const expected = await orderCorrelation(model, points, positions);
    const subject = { model, data: points.data, positions, dataTitle: "data", modelTitle: "model" };
    const passes = countPasses(model);
    const page = await drawReport(subject);
    expect(passes).toEqual(ONE_PASS);
    expect(page).toContain(String(Number(expected.toPrecision(4))).replace("-", "−"));
  });

  test("a second one where scaled features lie too far from 0", async () => {
    const subject = await tableOf({ scaling: "standard" }, 1e6);
    const passes = countPasses(subject.model);
    await drawReport(subject);
    expect(passes).toEqual({ ...ONE_PASS, reconstructionErrorPerFeature: 1 });
  });

  test.each<[string, Partial<AutoencoderOptions>]>([
    ["is cross-entropy", { decoder: [dense(6, "sigmoid")], loss: "binaryCrossentropy" }],
    ["draws codes", { encoder: [dense(4, "tanh")], latent: gaussian(2) }],
    ["depends on activations", { encoder: [dense(2, "tanh", { activityPenalty: l1(0.01) })] }],
    ["depends on mean activations", { encoder: [dense(2, "sigmoid")], sparsity: klSparsity() }],
  ])("a second one for a loss that %s", async (_, options) => {
    const subject = { ...(await tableOf(options)), ...IMAGE };
    const passes = countPasses(subject.model);
    await drawReport(subject);
    expect(passes).toEqual({ ...ONE_PASS, evaluate: 1 });
  });
});

describe("passes of all samples for a single picture", () => {
  test("none where only weights, the history or a few samples are drawn", async () => {
    const subject = { ...(await tableOf()), ...IMAGE };
    const { history } = subject.model;
    const passes = countPasses(subject.model);
    for (const name of ["loss", "reconstructions", "walk", "encoder", "decoder"]) {
      await drawPicture({ ...subject, history }, name);
    }
    expect(passes).toEqual({});
  });

  test("one otherwise", async () => {
    const subject = await tableOf({ encoder: [dense(4, "tanh")], latent: gaussian(2) });
    for (const name of pictureNames(subject)) {
      const passes = countPasses(subject.model);
      await drawPicture(subject, name);
      expect(passes, name).toEqual(ONE_PASS);
      vi.restoreAllMocks();
    }
  });
});

describe.each<[string, Partial<AutoencoderOptions>, number]>([
  ["unscaled", {}, 0],
  ["minMax", { scaling: "minMax" }, 0],
  ["standard", { scaling: "standard" }, 0],
  ["100 scales from 0", { scaling: "standard" }, 30],
  ["far from 0", { scaling: "standard" }, 1e6],
])("what one pass measures (%s)", (_, options, far) => {
  test("is what the model's own methods give", async () => {
    const subject = await tableOf(options, far);
    const { model, data } = subject;
    const measured = await measure(subject);
    expect(bits(measured.allCodes)).toBe(bits((await model.encode(data)).data));
    const near = (actual: ArrayLike<number>, expected: ArrayLike<number>) => {
      expect(actual.length).toBe(expected.length);
      Array.from(expected).forEach((value, i) => {
        expect(actual[i]! / value).toBeCloseTo(1, 3);
      });
    };
    near(measured.errors, await model.reconstructionError(data, { units: "original" }));
    near(measured.scores, await model.reconstructionError(data));
    const perFeature = (await model.reconstructionErrorPerFeature(data)).data;
    const mean = (numbers: ArrayLike<number>) => Array.from(numbers).reduce((a, b) => a + b) / numbers.length;
    near(
      measured.featureErrors,
      Array.from({ length: 6 }, (_, j) => mean(perFeature.filter((_, i) => i % 6 === j))),
    );
    const { threshold } = await AnomalyDetector.fit(model, data, { contamination: 0.1 });
    const svg = await drawPicture({ ...subject, threshold: { threshold } }, "errors");
    expect(svg.replace(/\s+/g, " ")).toContain("30 (10.0 %) are");
  });
});

test.each<[string, Partial<AutoencoderOptions>]>([
  ["meanSquaredError", {}],
  ["meanAbsoluteError", { loss: "meanAbsoluteError", scaling: "standard" }],
  ["huber", { loss: huber({ delta: 0.2 }) }],
  [
    "with penalties",
    {
      encoder: [dense(3, "tanh", { kernelPenalty: l1l2({ l1: 0.01, l2: 0.02 }) }), dense(2)],
      decoder: [dense(3), dense(6, "linear", { kernelPenalty: l1(0.03) })],
    },
  ],
  ["tied", { encoder: [dense(2, "tanh", { kernelPenalty: l1(0.03) })], tied: true }],
])("the loss of the table is that of evaluate: %s", async (_, options) => {
  const subject = await tableOf(options);
  const { loss } = await subject.model.evaluate(subject.data);
  const found = await evaluationOf(subject, await measure(subject));
  expect(found.loss / loss).toBeCloseTo(1, 5);
});
