// What the start page is made of, without a browser: points, drawings, and the way through the network's numbers.
import { describe, expect, it } from "vitest";
import { Autoencoder, shapes, spiral } from "../../src/index.js";
import { fromHash, initialValues, toHash } from "../../src/playground/shared/settingsText.js";
import { drawingOf, drawnPoints, MOST_DRAWN } from "../../src/playground/spiral/drawnPoints.js";
import { modelOptions } from "../../src/playground/spiral/model.js";
import { pointsOf } from "../../src/playground/spiral/runPoints.js";
import { pictureOf } from "../../src/playground/spiral/snapshot.js";
import type { ModelNumber } from "../../src/playground/spiral/spiralMessages.js";
import { belonging, numberAfter } from "../../src/playground/start/numberSteps.js";
import { runOf, SETTINGS, type StartSettings } from "../../src/playground/start/startSettings.js";
import { varianceOf } from "../../src/playground/start/story.js";

const settings = (own: Partial<StartSettings>) => runOf({ ...initialValues(SETTINGS), ...own });

describe("a drawing", () => {
  it("comes back from its text, up to a five-hundredth of the picture", () => {
    const points = Array.from({ length: 2 * MOST_DRAWN }, (_, i) => -0.1 + (1.2 * ((i * 37) % 101)) / 100);
    const text = drawingOf(points);
    expect(text).toMatch(/^[\w-]{750}$/);
    const back = drawnPoints(text)!;
    back.forEach((value, i) => {
      expect(Math.abs(value - points[i]!)).toBeLessThan(1.2 / 1000);
    });
    expect(drawingOf(back)).toBe(text);
  });

  it.each(["A", "ABCD", "AB!", "é12", "A".repeat(3 * MOST_DRAWN + 3)])("is refused: %s", (drawing) => {
    const { problems, values } = fromHash(SETTINGS, `drawing=${encodeURIComponent(drawing)}`);
    expect(problems).toEqual([expect.stringMatching(/^Drawing must have up to 250 points of 3 letters/)]);
    expect(values.drawing).toBe("");
  });
});

describe("the points of a run", () => {
  it("are those of the library's data sets", () => {
    const { turns, noise, seed } = initialValues(SETTINGS);
    expect(pointsOf(settings({})).training).toEqual(spiral({ samples: 300, turns, noise, seed }));
    for (const data of ["circle", "moons", "clusters", "s-curve"] as const) {
      const { training, heldOut } = pointsOf(settings({ data }));
      expect(training.points).toEqual(shapes({ shape: data, samples: 300, noise: noise / 5, seed }).points);
      expect(heldOut).toBeUndefined();
      // Only an S has one order.
      expect(training.positions !== undefined).toBe(data === "s-curve");
    }
  });

  it("lie at the drawn ones, with noise that the seed decides", () => {
    const drawing = drawingOf([0.1, 0.9, 0.8, 0.2]);
    const [near, far] = [drawnPoints(drawing)!.slice(0, 2), drawnPoints(drawing)!.slice(2)];
    const clean = pointsOf(settings({ data: "drawing", drawing, noise: 0 })).training.points;
    expect([...clean.row(0)]).toEqual([...Float32Array.from(near)]);
    expect([...clean.row(299)]).toEqual([...Float32Array.from(far)]);
    const noisy = (seed: number) =>
      pointsOf(settings({ data: "drawing", drawing, noise: 0.5, seed })).training.points;
    expect(noisy(1)).toEqual(noisy(1));
    expect(noisy(1)).not.toEqual(noisy(2));
    const offsets = noisy(1).data.map((value, i) => value - clean.data[i]!);
    expect(Math.sqrt(offsets.reduce((sum, value) => sum + value ** 2, 0) / offsets.length)).toBeCloseTo(
      0.05,
      2,
    );
    // Without a drawing, a line from the lower left to the upper right.
    const line = pointsOf(settings({ data: "drawing", noise: 0 })).training.points;
    expect(line.row(0)[0]).toBeCloseTo(0.15, 6);
    expect(line.row(299)[1]).toBeCloseTo(0.85, 6);
  });

  it("are divided without losing one, evenly along the curve", () => {
    const all = pointsOf(settings({})).training;
    const { training, heldOut } = pointsOf(settings({ heldOut: 30 }));
    expect([training.points.rows, heldOut!.rows]).toEqual([210, 90]);
    const rows = (matrix: { rows: number; row(i: number): Float32Array }) =>
      Array.from({ length: matrix.rows }, (_, i) => matrix.row(i).join());
    expect([...rows(training.points), ...rows(heldOut!)].sort()).toEqual(rows(all.points).sort());
    // Positions still belong to their points.
    const at = rows(all.points).indexOf(rows(training.points)[100]!);
    expect(training.positions![100]).toBe(all.positions![at]);
    const tenth = rows(heldOut!).filter((row) => rows(all.points).indexOf(row) < 30);
    expect(tenth.length).toBe(9);
  });

  it("have the variance that the story compares the loss with", () => {
    expect(varianceOf(Float32Array.of(0, 0, 2, 0, 0, 4, 2, 4))).toBe((1 + 4) / 2);
  });
});

describe("a code of two numbers", () => {
  it("draws a net: squared paper over all codes, decoded", async () => {
    const run = settings({ code: 2, data: "moons" });
    const { training } = pointsOf(run);
    const model = await Autoencoder.create({
      ...modelOptions(run),
      engine: { math: "portable", threads: 1 },
    });
    await model.fit(training.points, { epochs: 5, batchSize: 25 });
    const { curve, codes, correlation } = pictureOf(model, training);
    expect(correlation).toBeNaN();
    expect(codes).toHaveLength(300);
    const ends = Array.from(curve.keys()).filter((i) => Number.isNaN(curve[i]));
    // 18 lines of 33 points, with a pair of NaN behind each.
    expect(curve.length).toBe(18 * 34 * 2);
    expect(ends.slice(0, 4)).toEqual([66, 67, 134, 135]);
    const encoded = model.encodeSync(training.points).data;
    const [first, second] = [0, 1].map((axis) => encoded.filter((_, i) => i % 2 === axis));
    const corner = Float32Array.of(Math.min(...first!), Math.min(...second!));
    const decoded = model.decodeSync(corner).data;
    expect(curve[0]).toBeCloseTo(decoded[0]!, 5);
    expect(curve[1]).toBeCloseTo(decoded[1]!, 5);
    await model.dispose();
  });

  it("is regularized as the settings say, and only then", () => {
    const kernels = (own: Partial<StartSettings>) =>
      modelOptions(settings(own)).encoder.map(
        (layer) => (layer as { kernelPenalty?: unknown }).kernelPenalty,
      );
    expect(kernels({ penaltyRate: 0.01 })).toEqual([undefined, undefined, undefined]);
    expect(kernels({ penalty: "l1", penaltyRate: 0.01 })[0]).toMatchObject({ kind: "l1", strength: 0.01 });
    expect(kernels({ penalty: "l2", penaltyRate: 0.01 })[2]).toMatchObject({ kind: "l2", strength: 0.01 });
  });
});

describe("the arrow keys", () => {
  const widths = [2, 3, 1, 3, 2];

  it("reach every weight and bias", () => {
    const seen = new Set<string>();
    let at: ModelNumber = { what: "bias", layer: 0, place: 0 };
    for (let layer = 0; layer < widths.length - 1; layer++) {
      at = numberAfter(widths, at, "Home")!;
      expect(at).toEqual({ what: "bias", layer, place: 0 });
      for (let i = 0; i < 20; i++) {
        seen.add(JSON.stringify(at));
        at = numberAfter(widths, at, "ArrowDown")!;
      }
      expect(at).toEqual(numberAfter(widths, at, "End"));
      at = numberAfter(widths, at, "ArrowRight")!;
    }
    // 2·3 + 3·1 + 1·3 + 3·2 weights, and 3 + 1 + 3 + 2 biases.
    expect(seen.size).toBe(18 + 9);
  });

  it("go to the layer beside, within its bounds, and leave other keys alone", () => {
    const last: ModelNumber = { what: "weight", layer: 0, place: 5 };
    expect(belonging(widths, last)).toEqual({ layer: 0, unit: 2, input: 1 });
    expect(numberAfter(widths, last, "ArrowRight")).toEqual({ what: "weight", layer: 1, place: 1 });
    expect(numberAfter(widths, last, "ArrowLeft")).toEqual(last);
    expect(numberAfter(widths, { what: "bias", layer: 3, place: 1 }, "ArrowRight")).toEqual({
      what: "bias",
      layer: 3,
      place: 1,
    });
    expect(numberAfter(widths, last, "a")).toBeUndefined();
  });
});

describe("settings of the start page", () => {
  it("all travel in a link", () => {
    const values: StartSettings = {
      data: "drawing",
      turns: 2,
      drawing: drawingOf([0.2, 0.3]),
      noise: 0.45,
      heldOut: 35,
      hidden: [5, 5, 2],
      code: 2,
      activation: "gelu",
      learningRate: 0.05,
      batchSize: 10,
      penalty: "l1",
      penaltyRate: 0.003,
      seed: 9,
    };
    expect(fromHash(SETTINGS, toHash(SETTINGS, values))).toEqual({ values, problems: [] });
  });
});
