// A report sends all samples through the model as seldom as it can: pictures share what was measured once.
import { afterEach, describe, expect, test, vi } from "vitest";
import { Autoencoder, dense, type Matrix, orderCorrelation, type Samples, spiral } from "../../src/index.js";
import { drawReport, pictureNames, type Subject } from "../../src/report/drawReport.js";
import { measure } from "../../src/report/subject.js";
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
    const real = Autoencoder.prototype[name] as (this: Autoencoder, samples: Samples) => never;
    vi.spyOn(model, name).mockImplementation(function (this: Autoencoder, samples: Samples, ...rest: []) {
      const { length } = "data" in samples ? (samples as Matrix).data : (samples as Float32Array);
      if (length >= ROWS * Math.min(model.latentSize, model.inputSize))
        passes[name] = (passes[name] ?? 0) + 1;
      return real.call(this, samples, ...rest);
    } as never);
  }
  return passes;
}

async function tableOf(scaling?: "standard"): Promise<Subject> {
  const model = await smallModel({ encoder: [dense(2)], ...(scaling && { scaling }) });
  made.push(model);
  const data = values(ROWS, 6);
  await model.fit(data, { epochs: 1 });
  return { model, data, dataTitle: "data", modelTitle: "model" };
}

describe("passes of all samples", () => {
  test("of a table: the loss, codes and reconstructions, and the detector's scores", async () => {
    const subject = await tableOf();
    const passes = countPasses(subject.model);
    await drawReport(subject);
    expect(pictureNames(subject)).toEqual(["errors", "features", "codes", "map"]);
    expect(passes).toEqual({ evaluate: 1, encode: 1, decode: 1, reconstructionError: 1 });
  });

  test("of a table that is scaled: errors of scaled features beside them", async () => {
    const subject = await tableOf("standard");
    const passes = countPasses(subject.model);
    await drawReport(subject);
    expect(passes).toEqual({
      evaluate: 1,
      encode: 1,
      decode: 1,
      reconstructionError: 1,
      reconstructionErrorPerFeature: 1,
    });
  });

  test("of points: the loss, codes and reconstructions, also for their rank correlation", async () => {
    const { points, positions } = spiral({ samples: ROWS });
    const model = await Autoencoder.create({ inputSize: 2, encoder: [dense(1)], decoder: [dense(2)] });
    made.push(model);
    const expected = await orderCorrelation(model, points, positions);
    const subject = { model, data: points.data, positions, dataTitle: "data", modelTitle: "model" };
    const passes = countPasses(model);
    const page = await drawReport(subject);
    expect(passes).toEqual({ evaluate: 1, encode: 1, decode: 1 });
    expect(page).toContain(String(Number(expected.toPrecision(4))).replace("-", "−"));
  });
});

test.each([undefined, "standard"] as const)(
  "what is shared has the bits of the model's own methods (scaling %s)",
  async (scaling) => {
    const subject = await tableOf(scaling);
    const { model, data } = subject;
    const { allCodes, errors, featureErrors } = await measure(subject);
    const rebuilt = (await model.reconstruct(data)).data;
    expect(bits(allCodes)).toBe(bits((await model.encode(data)).data));
    expect(bits((await model.decode(await model.encode(data))).data)).toBe(bits(rebuilt));
    const squares = rebuilt.map((value, i) => (value - (data[i] as number)) ** 2);
    expect(errors[7]).toBeCloseTo(squares.subarray(42, 48).reduce((a, b) => a + b) / 6, 6);
    for (let j = 0; j < 6; j++) {
      const own = squares.filter((_, i) => i % 6 === j);
      expect(featureErrors[j]).toBeCloseTo(own.reduce((a, b) => a + b) / ROWS, 6);
    }
    if (scaling) return;
    const perFeature = await model.reconstructionErrorPerFeature(data);
    const means = Array.from(
      { length: 6 },
      (_, j) => perFeature.data.filter((_, i) => i % 6 === j).reduce((a, b) => a + b) / ROWS,
    );
    for (const [j, mean] of means.entries()) expect(featureErrors[j]).toBeCloseTo(mean, 5);
  },
);
