import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inflateSync } from "node:zlib";
import { parseHTML } from "linkedom";
import { beforeAll, describe, expect, test } from "vitest";
import { encodeIdx, encodeNpy } from "../../src/formats/index.js";
import { digits, spiral } from "../../src/index.js";
import { loadDetector, loadSafetensors, saveModel } from "../../src/node.js";
import { values } from "../support/models.js";
import { events, inFolder, until } from "./run.js";

const here = inFolder();
const math = ["--math", "portable"];
const built = (name: string) => fileURLToPath(new URL(`../../build/${name}`, import.meta.url));
const page = (name: string) => parseHTML(readFileSync(here.path(name), "utf8")).document;
const figures = (name: string) => Array.from(page(name).querySelectorAll("figure")).map(({ id }) => id);

/** Parts of an 8-bit RGBA PNG: its sides, and how many different pixels there are. */
function readPng(name: string) {
  const png = readFileSync(here.path(name));
  expect(png.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.subarray(at + 4, at + 8).toString() === "IDAT")
      data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const lines = inflateSync(Buffer.concat(data));
  expect(lines.length).toBe(height * (4 * width + 1));
  return { width, height, tones: new Set(lines).size };
}

beforeAll(async () => {
  const spirals = ["train", "spiral", "--samples", "200", "--epochs", "20", ...math];
  expect((await here.run(...spirals, "--out", "s.safetensors", "--checkpoint", "s.ckpt")).code).toBe(0);
  const { images, labels } = digits({ samples: 80, seed: 5 });
  writeFileSync(here.path("images<b>.idx"), encodeIdx({ shape: [80, 28, 28], data: images }));
  writeFileSync(here.path("labels.idx"), encodeIdx({ shape: [80], data: labels }));
  writeFileSync(here.path("flat.npy"), encodeNpy({ shape: [80, 784], data: images }));
  writeFileSync(here.path("wide.npy"), encodeNpy({ shape: [90, 12], data: values(90, 12, 1, -3, 3) }));
  const { points, positions } = spiral({ samples: 200, seed: 1 });
  writeFileSync(here.path("points.npy"), encodeNpy({ shape: [200, 2], data: points.data }));
  writeFileSync(here.path("positions.npy"), encodeNpy({ shape: [200], data: positions }));
  const labelled = Float32Array.from({ length: 90 }, (_, i) => (i === 3 ? Number.NaN : i));
  writeFileSync(here.path("nan.npy"), encodeNpy({ shape: [90], data: labelled }));
  const pictures = ["train", "images<b>.idx", "--epochs", "2", "--latent", "2", "--hidden", "16", ...math];
  expect((await here.run(...pictures, "--out", "d.safetensors")).code).toBe(0);
  expect((await here.run("train", "wide.npy", "--epochs", "2", ...math, "--out", "w.safetensors")).code).toBe(
    0,
  );
});

describe("train --report", () => {
  test("writes a report of samples that training has not seen, and says where", async () => {
    const args = ["train", "digits", "--samples", "300", "--epochs", "2", "--latent", "4", ...math];
    const ended = await here.run(
      ...args,
      "--validation-split",
      "0.2",
      "--out",
      "t.safetensors",
      "--report",
      "t.html",
    );
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout).toMatch(/^report in t\.html \(\d+ kB\); open file:\/\/\/\S+t\.html in a browser$/m);
    expect(figures("t.html")).toContain("loss");
    expect(page("t.html").querySelector("h1")!.textContent).toBe(
      "t.safetensors on 2,000 digits of 28×28, made from seed 1, not trained on",
    );
    expect(page("t.html").querySelector("#loss figcaption")!.textContent).toMatch(
      /After 2 epochs: training .*, validation /,
    );
    expect(page("t.html").querySelector("#map figcaption")!.textContent).toContain(
      "Colour and shape show the sample's label",
    );
  });

  test("tells of it in JSON, and that of a file is of what was held out", async () => {
    const args = ["train", "wide.npy", "--epochs", "2", "--validation-split", "0.3", "--json", ...math];
    const { code, stdout } = await here.run(...args, "--out", "u.safetensors", "--report", "u.html");
    expect(code).toBe(0);
    expect(events(stdout).at(-1)).toMatchObject({ event: "done", out: "u.safetensors", report: "u.html" });
    // 90 rows, of which 9 are shown only, and of the other 81 the last 25 validate.
    expect(page("u.html").querySelector("h1")!.textContent).toContain(
      "the last 34 samples of wide.npy, not trained on",
    );
    expect(figures("u.html")).toEqual(["loss", "errors", "features", "codes", "map"]);
  });

  test("is written after an interruption, too", async () => {
    const args = [
      "train",
      "spiral",
      "--samples",
      "100",
      "--epochs",
      "1000000",
      "--json",
      "--out",
      "i.safetensors",
    ];
    const { child, output, ended } = here.start(...args, "--report", "i.html");
    await until(() => output.stdout.includes('"epoch":3'), "the third epoch");
    child.kill("SIGINT");
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(events(stdout).at(-1)).toMatchObject({ interrupted: true, report: "i.html" });
    expect(figures("i.html")).toContain("loss");
  });

  test("elsewhere than in .html is refused before anything is trained", async () => {
    for (const [path, message] of [
      ["x.pdf", /--report "x\.pdf" must end in \.html/],
      ["none/x.html", /no folder none/],
    ] as const) {
      const { code, stdout, stderr } = await here.run("train", "digits", "--report", path);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(message);
    }
  });
});

describe("report", () => {
  test("of a model has the loss of its training, which the file keeps", async () => {
    const ended = await here.run("report", "s.safetensors", "spiral", "--samples", "200", ...math);
    expect(ended).toMatchObject({ code: 0, stderr: "", stdout: "saved report.html\n" });
    expect(figures("report.html")).toEqual([
      "loss",
      "reconstructions",
      "errors",
      "codes",
      "points-by-code",
      "curve",
    ]);
    expect(page("report.html").querySelector("#results")!.textContent).toMatch(/Spearman’s ρ\)−?0\.\d+/);
    const { metadata } = await loadSafetensors(here.path("s.safetensors"));
    const history = JSON.parse(metadata["isthmus.history"]!);
    expect(Object.keys(history)).toEqual(["loss", "valLoss", "reconstructionLoss", "klLoss"]);
    expect(history.loss).toHaveLength(20);
    const shown = await here.run("inspect", "s.safetensors");
    expect(shown.stdout).toMatch(/^metadata isthmus\.history +\{"loss":\[.{60,90}… \(\d+ characters\)$/m);
  });

  test("of a checkpoint has the same curve", async () => {
    for (const name of ["s.safetensors", "s.ckpt"]) {
      const args = ["report", name, "spiral", "--picture", "loss", "--out", `${name}.svg`, ...math];
      expect((await here.run(...args)).code).toBe(0);
    }
    const curve = (name: string) => readFileSync(here.path(`${name}.svg`), "utf8");
    expect(curve("s.ckpt")).toBe(curve("s.safetensors"));
  });

  test("of images in a file takes its shape, labels, and a name with markup in it", async () => {
    const ended = await here.run(
      "report",
      "d.safetensors",
      "images<b>.idx",
      "--labels",
      "labels.idx",
      "--json",
    );
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(events(ended.stdout)).toMatchObject([{ event: "done", samples: 80, out: "report.html" }]);
    expect(figures("report.html")).toEqual([
      "loss",
      "reconstructions",
      "worst",
      "codes",
      "map",
      "grid",
      "walk",
      "encoder",
      "decoder",
    ]);
    expect(page("report.html").querySelector("h1")!.textContent).toContain("from images<b>.idx");
    expect(page("report.html").querySelectorAll("b").length).toBe(0);
    expect(page("report.html").querySelector("#map figcaption")!.textContent).toContain(
      "Colour and shape show the sample's label",
    );
  });

  test("takes samples for images of another shape, or for none", async () => {
    const sides = async (...args: string[]) => {
      expect((await here.run("report", "d.safetensors", "flat.npy", ...args)).code).toBe(0);
      const image = page("report.html").querySelector("#reconstructions image");
      return image && [Number(image.getAttribute("width")), Number(image.getAttribute("height"))];
    };
    const [square, wide] = [await sides(), await sides("--image-shape", "14x56")];
    expect(square![0]).toBe(square![1]);
    expect(wide![0]! / wide![1]!).toBeCloseTo(4, 1);
    expect(await sides("--image-shape", "none")).toBe(null);
    expect(figures("report.html")).toEqual(["loss", "errors", "features", "codes", "map"]);
  });

  test("takes the positions of points from a file", async () => {
    const correlation = async (...args: string[]) => {
      expect((await here.run("report", "s.safetensors", "points.npy", ...args, ...math)).code).toBe(0);
      return page("report.html").querySelector("#results tr:last-child td")!.textContent;
    };
    expect(await correlation()).toBe("not known: no positions were given");
    const known = await correlation("--positions", "positions.npy");
    expect((await here.run("report", "s.safetensors", "spiral", "--samples", "200", ...math)).code).toBe(0);
    expect(known).toBe(page("report.html").querySelector("#results tr:last-child td")!.textContent);
  });

  test("has the threshold that anomalies saved with the model, with the loss, or another one", async () => {
    const args = [
      "anomalies",
      "w.safetensors",
      "wide.npy",
      "--sigma",
      "1",
      "--save",
      "det.safetensors",
      "--out",
      "a.csv",
    ];
    expect((await here.run(...args, ...math)).code).toBe(0);
    const caption = async (...more: string[]) => {
      expect((await here.run("report", "det.safetensors", "wide.npy", ...more, ...math)).code).toBe(0);
      expect(figures("report.html")).toContain("loss");
      return page("report.html").querySelector("#errors figcaption")!.textContent;
    };
    const detector = await loadDetector(here.path("det.safetensors"));
    expect(await caption()).toContain(
      `threshold ${Number(detector.threshold.toPrecision(4))}, saved with the model`,
    );
    expect(await caption("--contamination", "0.2")).toContain("18 (20.0 %) are above the threshold");
    await saveModel(here.path("bare.safetensors"), detector.model);
    await detector.model.dispose();
    expect((await here.run("report", "bare.safetensors", "wide.npy", ...math)).code).toBe(0);
    expect(readFileSync(here.path("report.html"), "utf8")).toContain("There is no loss curve");
  });
});

describe("one picture", () => {
  test("is an SVG, or a PNG of twice its size, light or dark", async () => {
    const draw = async (out: string, ...more: string[]) => {
      const args = ["report", "d.safetensors", "flat.npy", "--picture", "grid", "--out", out, ...math];
      const { code, stdout, stderr } = await here.run(...args, ...more);
      expect([code, stdout, stderr]).toEqual([0, `saved ${out}\n`, ""]);
    };
    await draw("g.svg");
    await draw("g.png");
    await draw("dark.png", "--dark");
    const svg = readFileSync(here.path("g.svg"), "utf8");
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!;
    const { tones, ...sides } = readPng("g.png");
    expect(sides).toEqual({ width: 2 * Number(width), height: 2 * Number(height) });
    expect(tones).toBeGreaterThan(100);
    expect(readFileSync(here.path("dark.png")).equals(readFileSync(here.path("g.png")))).toBe(false);
  });
});

test.each<[string, string[], RegExp, number]>([
  [
    "an --out of another kind",
    ["d", "--out", "x.svg"],
    /"x\.svg" must end in \.html; use --picture to write \.svg or \.png/,
    2,
  ],
  [
    "a picture without --out",
    ["d", "--picture", "map"],
    /--picture needs --out FILE\.svg or --out FILE\.png/,
    2,
  ],
  ["a picture as .html", ["d", "--picture", "map", "--out", "x.html"], /must end in \.svg or \.png/, 2],
  [
    "a picture of another name",
    ["d", "--picture", "mop", "--out", "x.svg"],
    /no picture "mop" of this model and data; the pictures are: loss, reconstructions, worst/,
    2,
  ],
  [
    "a picture of other data",
    ["d", "--picture", "curve", "--out", "x.svg"],
    /no picture "curve" of this model/,
    2,
  ],
  ["--dark of a report", ["d", "--dark", "--out", "x.html"], /--dark only works with --picture/, 2],
  [
    "an image shape of words",
    ["d", "--image-shape", "big", "--out", "x.html"],
    /It must be a height and a width, such as 28x28/,
    2,
  ],
  [
    "an image shape that does not fit",
    ["d", "--image-shape", "28x29", "--out", "x.html"],
    /28x29 has 812 values, but the samples have 784/,
    2,
  ],
  [
    "labels of images",
    ["d", "--labels", "flat.npy", "--out", "x.html"],
    /must have one label per sample, not 784/,
    1,
  ],
  [
    "labels of other samples",
    ["w", "--labels", "labels.idx", "--out", "x.html"],
    /labels\.idx has 80 labels, but there are 90 samples/,
    1,
  ],
  [
    "labels that are no numbers",
    ["w", "--labels", "nan.npy", "--out", "x.html"],
    /row 3 of nan\.npy is NaN; all labels must be finite/,
    1,
  ],
  ["missing labels", ["w", "--labels", "no.idx", "--out", "x.html"], /File not found: no\.idx/, 2],
  [
    "both rules",
    ["w", "--sigma", "1", "--contamination", "0.1", "--out", "x.html"],
    /cannot be used with/,
    2,
  ],
  [
    "a contamination above a half",
    ["w", "--contamination", "0.7", "--out", "x.html"],
    /0 to 0\.5, not 0\.7/,
    2,
  ],
  ["a folder that is not there", ["w", "--out", "none/x.html"], /no folder none/, 2],
])("%s is refused, and nothing is written", async (_, [which, ...args], message, code) => {
  const [model, data] = which === "d" ? ["d.safetensors", "flat.npy"] : ["w.safetensors", "wide.npy"];
  const ended = await here.run("report", model!, data!, ...args);
  expect(ended.stderr).toMatch(message);
  expect(ended.code).toBe(code);
  expect(readdirSync(here.folder).filter((name) => /^x\.|\.tmp$/.test(name))).toEqual([]);
});

test("labels of digits, other widths and damaged histories are refused", async () => {
  const digit = await here.run("report", "d.safetensors", "digits", "--labels", "labels.idx");
  expect(digit).toMatchObject({ code: 2, stderr: expect.stringMatching(/--labels is only for files/) });
  const width = await here.run("report", "d.safetensors", "wide.npy");
  expect(width).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/has 12 columns, but the model expects samples with 784/),
  });
  const damaged = readFileSync(here.path("w.safetensors"), "latin1").replace(
    '{\\"loss\\":[',
    '{\\"lass\\":[',
  );
  writeFileSync(here.path("damaged.safetensors"), damaged, "latin1");
  const history = await here.run("report", "damaged.safetensors", "wide.npy");
  expect(history).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/damaged\.safetensors: the file is damaged/),
  });
});

test("several models are compared", async () => {
  const train = (out: string, latent: string) =>
    here.run("train", "spiral", "-e", "1", "--samples", "30", "--hidden", "4", "--latent", latent, "-o", out);
  await Promise.all([train("one.st", "1"), train("two.st", "2")]);
  const compared = await here.run(
    "report",
    "one.st",
    "two.st",
    "spiral",
    "--samples",
    "40",
    "-o",
    "both.html",
  );
  expect(compared).toMatchObject({ code: 0, stdout: "saved both.html\n", stderr: "" });
  const html = readFileSync(here.path("both.html"), "utf8");
  for (const name of ["one.st", "two.st"])
    expect(html).toMatch(new RegExp(`<th scope="row"[^>]*>${name}</th>`));
  const picture = await here.run("report", "one.st", "two.st", "spiral", "--picture", "loss", "-o", "l.svg");
  expect([picture.code, picture.stdout]).toEqual([2, ""]);
  expect(picture.stderr).toMatch(/--picture draws one of one model/);
  const over = await here.run("report", "one.st", "two.st", "spiral", "-o", "two.st");
  expect([over.code, over.stderr]).toEqual([2, expect.stringMatching(/must end in \.html/)]);
});

test("what draws, exports and imports stands beside the command, which does not load it without need", () => {
  const command = readFileSync(built("cli.js"), "utf8");
  expect(command).toContain('import("./drawReport.js")');
  for (const name of ["export", "import"]) {
    expect(command).toContain(`import("./${name}.js")`);
    expect(command).not.toContain(`from "./${name}.js"`);
  }
  expect(statSync(built("cli.js")).size).toBeLessThan(470_000);
  for (const name of ["drawReport.js", "rasterize.js", "rasterize.wasm.br", "DejaVuSans.ttf.br"]) {
    expect(statSync(built(name)).size).toBeGreaterThan(1000);
  }
  const notices = readFileSync(built("THIRD-PARTY.txt"), "utf8");
  for (const name of [
    "@observablehq/plot",
    "linkedom",
    "@resvg/resvg-wasm",
    "dejavu-fonts-ttf",
    "commander",
  ]) {
    expect(notices).toContain(`\n${name} `);
  }
});
