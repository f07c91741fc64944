import { parseHTML } from "linkedom";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeImage } from "../../src/codecs/index.js";
import {
  AnomalyDetector,
  ArgumentError,
  Autoencoder,
  dense,
  flatten,
  orderCorrelation,
  reshape,
} from "../../src/index.js";
import { drawPicture, drawReport, pictureNames } from "../../src/report/drawReport.js";
import { shown } from "../../src/report/numberText.js";
import { values } from "../support/models.js";
import { colourSubject, digitSubject, type Made, spiralSubject, tableSubject } from "./subjects.js";

/** What the axes of each picture are called. */
const AXES: Record<string, RegExp[]> = {
  loss: [/epoch/, /(binaryCrossentropy|meanSquaredError).*log scale/],
  reconstructions: [],
  errors: [],
  worst: [],
  codes: [/code/, /samples/],
  map: [/(code z₁|1st principal component, \d+ % of the variance)/, /(code z₂|2nd principal component)/],
  grid: [/code z₁/, /code z₂/],
  walk: [],
  components: [/^z[₁₂], \d\.\d\d nats$/],
  samples: [],
  encoder: [/weight/],
  decoder: [/weight/],
  filters: [],
  "feature-maps": [/the sample/],
  features: [/mean squared error of the scaled feature/, /feature/],
};
const PLANE = [/x₁, in the data's units/, /x₂, in the data's units/];

const images = ["loss", "reconstructions", "worst", "codes", "map", "walk", "encoder", "decoder"];
const CASES: [name: string, make: () => Promise<Made>, pictures: string[], axes: Record<string, RegExp[]>][] =
  [
    [
      "points",
      () => spiralSubject(),
      ["loss", "reconstructions", "errors", "codes", "points-by-code", "curve"],
      {
        reconstructions: PLANE,
        errors: [...PLANE, /distance/],
        "points-by-code": [...PLANE, /code z/],
        curve: PLANE,
      },
    ],
    [
      "points of a code of two components",
      () => spiralSubject(2),
      ["loss", "reconstructions", "errors", "codes", "points-by-code", "curve"],
      { reconstructions: PLANE, errors: PLANE, "points-by-code": PLANE, curve: [...PLANE, /z₁/, /z₂/] },
    ],
    ["images", () => digitSubject("plain"), images, {}],
    ["images of a tied model", () => digitSubject("tied"), images, {}],
    [
      "images of a denoiser",
      () => digitSubject("denoiser"),
      [...images.slice(0, 5), "grid", ...images.slice(5)],
      { reconstructions: [/originals/, /corrupted inputs/, /reconstructions/] },
    ],
    [
      "images of a variational model",
      () => digitSubject("variational"),
      [...images.slice(0, 5), "grid", "walk", "components", "samples"],
      { codes: [/mean of the code/], loss: [/KL divergence of the codes/] },
    ],
    [
      "colour images of a convolutional model",
      colourSubject,
      ["loss", "reconstructions", "worst", "codes", "map", "walk", "filters", "feature-maps"],
      {
        "feature-maps": [
          /encoder\[0\], conv2d: 5 maps of 4 × 3/,
          /decoder\[2\], conv2dTranspose: 3 maps of 8 × 6/,
        ],
      },
    ],
    [
      "a table",
      tableSubject,
      ["loss", "errors", "features", "codes", "map"],
      { errors: [/mean squared error of scaled values/, /samples/, /threshold/] },
    ],
  ];

const parse = (html: string) => parseHTML(html).document;

/** Elements as an array. */
const all = (within: ParentNode, selector: string): Element[] =>
  Array.from(within.querySelectorAll(selector));

/** Markup without its images, in whose base64 any word may turn up. */
const words = (markup: string) => markup.replace(/base64,[A-Za-z0-9+/=]*/g, "");

describe.each(CASES)("a report of %s", (_, make, pictures, axes) => {
  let made: Made;
  let html: string;
  beforeAll(async () => {
    made = await make();
    html = await drawReport(made.subject, [["data", made.subject.dataTitle]]);
  });
  afterAll(() => made.dispose());

  test("has every picture, with its title, its caption and the names of its axes", () => {
    const document = parse(html);
    const figures = all(document, "figure");
    expect(figures.map((figure) => figure.id)).toEqual(pictures);
    // What a report leaves out can still be drawn alone.
    const apart = made.subject.model.description.latent ? ["encoder", "decoder"] : [];
    expect(pictureNames(made.subject)).toEqual([...pictures, ...apart]);
    for (const figure of figures) {
      const svg = figure.querySelector("svg")!;
      expect(svg.getAttribute("role")).toBe("img");
      const [title, caption] = ["labelledby", "describedby"].map((kind) =>
        document.getElementById(svg.getAttribute(`aria-${kind}`)!),
      );
      expect(title!.textContent, figure.id).toMatch(/^[A-Z].{8,}/);
      expect(caption!.textContent, figure.id).toMatch(/^.{15,}\.$/s);
      const texts = all(svg, "text").map((text) => text.textContent);
      for (const wanted of axes[figure.id] ?? AXES[figure.id]!) {
        expect(
          texts.some((text) => wanted.test(text ?? "")),
          `${figure.id}: ${wanted}`,
        ).toBe(true);
      }
    }
    const ids = all(document, "[id]").map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("needs nothing beside itself, and takes names for what they are", () => {
    const urls = [...html.matchAll(/[a-z]+:\/\/[^"'\s)<]*/g)].map(([url]) => url);
    expect(urls.filter((url) => url !== "http://www.w3.org/2000/svg")).toEqual([]);
    for (const tag of ["script", "link[rel=stylesheet]", "iframe", "b"]) {
      expect(parse(html).querySelectorAll(tag).length, tag).toBe(0);
    }
    const sources = [...html.matchAll(/ (?:href|src|xlink:href)="([^"]*)"/g)].map(([, source]) => source!);
    for (const source of sources) expect(source).toMatch(/^data:(,$|image\/png;base64,)/);
    expect(parse(html).querySelector("h1")!.textContent).toContain("some <b>data</b> & more");
  });

  test("never says NaN or undefined", () => {
    expect(words(html)).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  test("is the same each time", async () => {
    expect(await drawReport(made.subject, [["data", made.subject.dataTitle]])).toBe(html);
  });

  test.each(pictures)("%s stands alone, without style sheets", async (name) => {
    const [light, dark] = [
      await drawPicture(made.subject, name),
      await drawPicture(made.subject, name, { theme: "dark" }),
    ];
    for (const svg of [light, dark]) {
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 \d+ \d+"/);
      expect(words(svg)).not.toMatch(/var\(|currentColor|<style|NaN|undefined/);
    }
    expect(light).toContain('fill="#ffffff"');
    expect(dark).not.toBe(light);
    const title = parse(html).querySelector(`#${name} h2`)!.textContent!;
    expect(parse(light).querySelector("title")!.textContent).toBe(title);
    expect(
      all(parse(light), "text")
        .map((text) => text.textContent)
        .join(" "),
    ).toContain(title);
  });
});

function resultsOf(html: string): Map<string, string> {
  const rows = all(parse(html), "#results tr");
  return new Map(
    rows.map((row): [string, string] => [
      row.querySelector("th")!.textContent!,
      row.querySelector("td")!.textContent!,
    ]),
  );
}

/** The first entry whose name begins so. */
function found(results: Map<string, string>, name: string): string {
  return [...results].find(([key]) => key.startsWith(name))![1];
}

describe("the table", () => {
  test("of points agrees with the library and with the definitions", async () => {
    const { subject, dispose } = await spiralSubject();
    const { model, data, positions } = subject;
    const results = resultsOf(await drawReport(subject));
    const errors = await model.reconstructionError(data, { units: "original" });
    const rebuilt = (await model.reconstruct(data)).data;
    const mean = (numbers: ArrayLike<number>) => Array.from(numbers).reduce((a, b) => a + b) / numbers.length;
    const differences = Array.from(rebuilt, (value, i) => Math.abs(value - data[i]!));
    const distances = errors.map((_, i) => Math.hypot(differences[2 * i]!, differences[2 * i + 1]!));
    expect(found(results, "samples")).toBe("300");
    expect(found(results, "loss")).toBe(shown((await model.evaluate(data)).loss));
    const close = (name: string, value: number) => {
      expect(Number(found(results, name).replace("−", "-")) / value, name).toBeCloseTo(1, 3);
    };
    close("mean squared error", mean(errors));
    close("mean absolute error", mean(differences));
    close("largest point error", Math.max(...distances));
    close("rank correlation", await orderCorrelation(model, data, positions!));
    expect(found(results, "compression ratio")).toBe("2 (2 values to 1)");
    const { positions: _, ...unplaced } = subject;
    expect(found(resultsOf(await drawReport(unplaced)), "rank")).toBe("not known: no positions were given");
    await dispose();
  });

  test("of a variational model has both parts of the loss", async () => {
    const { subject, dispose } = await digitSubject("variational");
    const results = resultsOf(await drawReport(subject));
    const { reconstructionLoss, klLoss } = await subject.model.evaluate(subject.data);
    expect(found(results, "reconstruction loss")).toBe(shown(reconstructionLoss!));
    expect(found(results, "KL divergence of the codes")).toBe(shown(klLoss!));
    expect(found(results, "compression ratio")).toBe("392 (784 values to 2)");
    await dispose();
  });
});

describe("images in colour", () => {
  /** The images of a picture, as bytes. */
  const tiles = (html: string, name: string) =>
    Promise.all(
      all(parse(html), `#${name} image`).map((image) => {
        const [, text] = /^data:image\/png;base64,(.*)$/.exec(image.getAttribute("href")!)!;
        return decodeImage(Uint8Array.from(atob(text!), (character) => character.charCodeAt(0)));
      }),
    );

  test("are drawn in colour: originals, reconstructions, filters; and maps are what the layers give", async () => {
    const { subject, dispose } = await colourSubject();
    const { model, data } = subject;
    const html = await drawReport(subject);
    const [width, height] = [6, 8];
    const first = data.subarray(0, 144) as Uint8Array;
    const drawn = await tiles(html, "reconstructions");
    expect(drawn.length).toBe(20);
    expect(drawn[0]).toMatchObject({ width, height, channels: 3, data: first });
    const rebuilt = (await model.reconstruct(first)).data;
    expect([...drawn[10]!.data]).toEqual(Array.from(rebuilt, (value) => Math.round(255 * value)));
    // PyTorch has the channel first.
    const weight = model.getWeights().find(({ name }) => name === "encoder.0.weight")!.data;
    const filters = await tiles(html, "filters");
    expect(filters.length).toBe(5);
    expect(filters[0]).toMatchObject({ width: 3, height: 3, channels: 3 });
    const order = [...weight].map(Math.abs).sort((a, b) => a - b);
    filters.forEach(({ data }, filter) => {
      data.forEach((byte, i) => {
        const value = weight[(filter * 3 + (i % 3)) * 9 + Math.floor(i / 3)]!;
        if (Math.abs(value) > 0.1 * order.at(-1)!) expect(byte > 127.5).toBe(value > 0);
      });
    });
    expect(parse(html).querySelector("#filters figcaption")!.textContent).toMatch(
      /^5 filters of .*3 × 3 pixels each/,
    );
    const maps = await tiles(html, "feature-maps");
    // The sample, 5 maps, 16 of 20, and the 3 of the last layer.
    expect(maps.map((map) => [map.width, map.height]).map(String)).toEqual([
      "6,8",
      ...Array<string>(21).fill("3,4"),
      ...Array<string>(3).fill("6,8"),
    ]);
    const values = (await model.activations(first, { layer: "encoder[0]" })).data;
    const [low, high] = [Math.min(...values), Math.max(...values)];
    expect([...maps[2]!.data]).toEqual(
      Array.from({ length: 12 }, (_, i) => Math.round((255 * (values[i * 5 + 1]! - low)) / (high - low))),
    );
    // Penalties of convolutions are part of the loss.
    expect(found(resultsOf(html), "loss")).toBe(shown((await model.evaluate(data)).loss));
    await dispose();
  });

  test("of one channel and a dense first layer have weights by pixel", async () => {
    const model = await Autoencoder.create({
      inputShape: [8, 8, 1],
      encoder: [flatten(), dense(4)],
      decoder: [dense(64), reshape([8, 8, 1])],
      engine: { math: "portable", threads: 1 },
    });
    const subject = { model, data: values(30, 64, 1, 0, 1), dataTitle: "d", modelTitle: "m" };
    expect(pictureNames(subject)).toEqual([
      "reconstructions",
      "worst",
      "codes",
      "map",
      "walk",
      "encoder",
      "decoder",
    ]);
    expect((await tiles(await drawReport(subject), "encoder")).length).toBe(5);
    await model.dispose();
  });
});

describe("the threshold", () => {
  const caption = (html: string) => parse(html).querySelector("#errors figcaption")!.textContent!;

  test("is the library's, by whichever rule, or the one that was saved", async () => {
    const { subject, dispose } = await tableSubject();
    const { model, data } = subject;
    for (const rule of [{}, { contamination: 0.1 }, { sigma: 2 }]) {
      const { threshold } = await AnomalyDetector.fit(model, data, rule);
      const text = caption(await drawReport({ ...subject, threshold: rule }));
      expect(text).toContain(`above the threshold ${shown(threshold)}`);
    }
    const text = caption(await drawReport({ ...subject, threshold: { threshold: 1e-6 } }));
    expect(text).toContain("200 (100.0 %) are above the threshold 1.000e−6, saved with the model");
    await expect(drawReport({ ...subject, threshold: { contamination: 2 } })).rejects.toThrow(ArgumentError);
    await dispose();
  });
});

describe("what is unusual", () => {
  async function untrained(inputSize: number, latent = 1): Promise<Autoencoder> {
    const options = { inputSize, encoder: [dense(latent, "relu")], decoder: [dense(inputSize)] };
    return Autoencoder.create({ ...options, engine: { math: "portable", threads: 1 } });
  }
  const titles = { dataTitle: "d", modelTitle: "m" };

  test("without a history there is no curve of the loss, and the report says why", async () => {
    const model = await untrained(5);
    const subject = { model, data: values(20, 5), ...titles };
    const html = await drawReport(subject);
    expect(html).toContain("There is no loss curve");
    expect(parse(html).querySelector("#loss")).toBe(null);
    await expect(drawPicture(subject, "loss")).rejects.toThrow(/the model's file has no training history/);
    await expect(drawPicture(subject, "lost")).rejects.toThrow(
      /no picture "lost" of this model and data; the pictures are: errors, features, codes/,
    );
    await expect(drawPicture(subject, "lost")).rejects.toThrow(ArgumentError);
    await model.dispose();
  });

  test.each<[string, number, Float32Array]>([
    ["one point", 2, Float32Array.of(0.5, 0.5)],
    ["two points that are the same", 2, Float32Array.of(1, 1, 1, 1)],
    ["points that are all 0", 2, new Float32Array(20)],
    ["one row", 6, values(1, 6)],
    ["rows of zeros", 6, new Float32Array(60)],
    ["one image", 16, values(1, 16)],
    ["images of one grey", 16, new Float32Array(16 * 3).fill(7)],
  ])("%s can be drawn", async (_, columns, data) => {
    for (const latent of [1, 2, 3]) {
      const model = await untrained(columns, latent);
      const positions = Float32Array.from({ length: data.length / columns }, (_, i) => i);
      const image = columns === 16 ? { image: { width: 4, height: 4 } } : {};
      const history = { loss: [1], valLoss: [], reconstructionLoss: [], klLoss: [] };
      const known = positions.length > 1 ? { positions } : {};
      const html = await drawReport({ model, data, ...known, history, ...image, ...titles });
      expect(words(html)).not.toMatch(/NaN|undefined|Infinity/);
      await model.dispose();
    }
  });

  test("a loss that was still falling asks for more training", async () => {
    const model = await untrained(5);
    const loss = Array.from({ length: 40 }, (_, i) => 0.95 ** i);
    const history = { loss, valLoss: [], reconstructionLoss: [], klLoss: [] };
    const html = await drawReport({ model, data: values(20, 5), history, ...titles });
    expect(parse(html).querySelector(".findings li")!.textContent).toBe(
      "Train longer: the loss was still falling by 5 % an epoch.",
    );
    await model.dispose();
  });

  test("a loss that is not above 0 has a linear axis", async () => {
    const model = await untrained(5);
    const history = { loss: [2, 0.5, 0], valLoss: [1, -0.5, -1], reconstructionLoss: [], klLoss: [] };
    const svg = await drawPicture({ model, data: values(20, 5), history, ...titles }, "loss");
    expect(svg).not.toContain("log scale");
    expect(svg).toContain("The axis is linear");
    await model.dispose();
  });

  test("labels that are too many for classes colour by their rank", async () => {
    const model = await untrained(6, 3);
    const data = values(60, 6);
    const labels = Float32Array.from({ length: 60 }, (_, i) => i / 7);
    const svg = await drawPicture({ model, data, labels, ...titles }, "map");
    expect(svg).toContain("<desc>The codes, which have 3 components, projected");
    expect(svg).toContain("because there are 60 different labels.");
    expect(svg).toContain(">label, by rank<");
    await model.dispose();
  });

  test("of much data a part is drawn, and the caption says how much", async () => {
    const model = await untrained(2);
    const data = values(30_000, 2);
    const html = await drawReport({ model, data, ...titles });
    const document = parse(html);
    for (const name of ["reconstructions", "errors", "points-by-code", "curve"]) {
      expect(document.querySelector(`#${name} figcaption`)!.textContent).toContain(
        "2,000 of 30,000 points, evenly spaced, are drawn",
      );
    }
    expect(document.querySelector("#codes figcaption")!.textContent).toContain("10,000 of 30,000 samples");
    expect(document.querySelectorAll("#errors circle").length).toBe(2000);
    expect(html.length).toBeLessThan(3_000_000);
    await model.dispose();
  });
});
