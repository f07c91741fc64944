import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { decodeNpy, encodeNpy } from "../../src/formats/npy.js";
import { digits } from "../../src/index.js";
import { loadImages, loadModel, savePng } from "../../src/node.js";
import { events, inFolder } from "./run.js";

const here = inFolder();
const math = ["--math", "portable"];

/** Stripes in colours, another for each number. */
function stripes(width: number, height: number, number: number, channels: 1 | 3 = 3) {
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / channels), i % channels];
    return (((pixel % width) + Math.floor(pixel / width) * channel + number) % 8) * 36;
  });
  return { width, height, channels, data };
}

beforeAll(async () => {
  for (const folder of ["photos", "mixed", "broken", "empty"]) mkdirSync(here.path(folder));
  for (let i = 0; i < 24; i++) await savePng(here.path(`photos/p${i}.png`), stripes(10, 6, i));
  for (let i = 0; i < 3; i++) await savePng(here.path(`mixed/m${i}.png`), stripes(8 + i, 8, i));
  await savePng(here.path("broken/a.png"), stripes(8, 8, 1));
  writeFileSync(here.path("broken/b.png"), readFileSync(here.path("broken/a.png")).subarray(0, 60));
  writeFileSync(here.path("photos/notes.txt"), "other files are passed over");
  const { code, stderr, stdout } = await here.run("train", "photos/", "--epochs", "150", ...math);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^data +24 images of 6×10×3 from photos$/m);
  expect(stdout).toMatch(/^kind +images \(a guess; --kind changes it\)$/m);
  expect(stdout).toMatch(/6×10×3 → flatten → 32 \(relu\) → 180 \(sigmoid\) → reshape 6×10×3/);
  expect(stdout).toMatch(/[░▒▓█]{2}/);
});

test("the model keeps the shape of the images, and codes are those of the library", async () => {
  const model = await loadModel(here.path("model.safetensors"), { engine: { math: "portable" } });
  expect(model.description.inputShape).toEqual([6, 10, 3]);
  const { data, names } = await loadImages(here.path("photos"));
  await here.run("encode", "model.safetensors", "photos", ...math, "--out", "codes.npy");
  const codes = await model.encode(data);
  expect(decodeNpy(readFileSync(here.path("codes.npy")))).toEqual({ shape: codes.shape, data: codes.data });
  // One PNG for each, with the name of the original.
  const done = await here.run("reconstruct", "model.safetensors", "photos/", ...math, "--out", "rebuilt/");
  expect(done.stdout).toBe("saved rebuilt/ (24, 6, 10, 3)\n");
  expect(readdirSync(here.path("rebuilt")).toSorted()).toEqual(names.toSorted());
  const rebuilt = await model.reconstruct(data);
  const written = await loadImages(here.path("rebuilt"));
  expect(written.data).toEqual(Uint8Array.from(rebuilt.data, (value) => Math.round(255 * value)));
  await model.dispose();
});

test("a sheet has all images, and a single image is itself", async () => {
  await here.run("reconstruct", "model.safetensors", "photos/", ...math, "--out", "sheet.png");
  const sheet = await loadImages(here.path("sheet.png"));
  // 24 images in rows of 4, with gaps of two pixels.
  expect(sheet.shape).toEqual([1, 6 * 6 + 5 * 2, 4 * 10 + 3 * 2, 3]);
  const { data: all } = await loadImages(here.path("rebuilt"));
  const names = (await loadImages(here.path("photos"))).names;
  // The sixth is in the second row and column.
  expect(names[5]).toBe("p13.png");
  const pixel = ((8 + 2) * 46 + 12 + 3) * 3;
  expect(sheet.data.subarray(pixel, pixel + 3)).toEqual(all.subarray(5 * 180 + 69, 5 * 180 + 72));
  await here.run("reconstruct", "model.safetensors", "photos/p3.png", ...math, "--out", "one.png");
  expect((await loadImages(here.path("one.png"))).shape).toEqual([1, 6, 10, 3]);
});

test("decode writes images by number; anomalies names files", async () => {
  expect(
    (await here.run("decode", "model.safetensors", "codes.npy", ...math, "--out", "numbered/")).code,
  ).toBe(0);
  expect(readdirSync(here.path("numbered")).slice(0, 2)).toEqual(["00.png", "01.png"]);
  const { stdout } = await here.run("anomalies", "model.safetensors", "photos", "--out", "a.csv");
  expect(stdout).toMatch(/^highest +p\d+\.png: /m);
  expect(readFileSync(here.path("a.csv"), "utf8")).toMatch(/^file,score,anomaly\np0\.png,/);
});

test("images are resized and turned grey on request, later as in training", async () => {
  const args = ["train", "mixed", "--resize", "8x4", "--grey", "--epochs", "2", "--out", "small.safetensors"];
  const { stdout, code } = await here.run(...args);
  expect(code).toBe(0);
  expect(stdout).toMatch(/3 images of 8×4×1 from mixed/);
  const encode = ["encode", "small.safetensors", "photos", "--out", "small.npy"];
  const refused = await here.run(...encode);
  expect(refused.stderr).toMatch(
    /24 images of 6×10×1 from photos, but the model expects 8×4; --resize resizes them/,
  );
  expect(refused.code).toBe(1);
  expect(await here.run(...encode, "--resize")).toMatchObject({ code: 0, stderr: "" });
  expect(decodeNpy(readFileSync(here.path("small.npy"))).shape).toEqual([24, 16]);
});

test("IDX and NPY of three and four dimensions keep their shape; digits do for PNG", async () => {
  const { images } = digits({ samples: 30 });
  writeFileSync(here.path("d.npy"), encodeNpy({ shape: [30, 28, 28], data: images }));
  const trained = await here.run("train", "d.npy", "--epochs", "1", "--out", "d.safetensors");
  expect(trained.stdout).toMatch(/^kind +images/m);
  const model = await loadModel(here.path("d.safetensors"));
  expect(model.description.inputShape).toEqual([28, 28, 1]);
  await model.dispose();
  await here.run("reconstruct", "d.safetensors", "d.npy", "--out", "r.npy");
  expect(decodeNpy(readFileSync(here.path("r.npy"))).shape).toEqual([30, 28, 28, 1]);
  writeFileSync(here.path("turned.npy"), encodeNpy({ shape: [30, 14, 56], data: images }));
  const refused = await here.run("evaluate", "d.safetensors", "turned.npy");
  expect(refused.stderr).toMatch(/has samples of 14×56×1, but the model expects 28×28×1/);
  // Flat samples of as many values are taken, and so are the built-in digits.
  expect((await here.run("evaluate", "d.safetensors", "digits", "--samples", "20")).code).toBe(0);
  const flat = ["train", "digits", "--samples", "60", "--epochs", "1", "--out", "flat.safetensors"];
  expect((await here.run(...flat)).code).toBe(0);
  await here.run("reconstruct", "flat.safetensors", "digits", "--samples", "4", "--out", "four.png");
  expect((await loadImages(here.path("four.png"))).shape).toEqual([1, 58, 58, 1]);
});

test("few images are gone through more often", async () => {
  const { stdout } = await here.run(
    "train",
    "mixed",
    "--resize",
    "4x4",
    "--json",
    "--out",
    "few.safetensors",
  );
  expect(events(stdout).filter(({ event }) => event === "epoch")).toHaveLength(100);
});

describe("refused in a sentence", () => {
  test.each<[string, string[], RegExp]>([
    ["a damaged image", ["train", "broken"], /broken\/b\.png is not a valid PNG image/],
    [
      "images of several sizes",
      ["train", "mixed"],
      /mixed\/m1\.png has 9 × 8 pixels, but mixed\/m0\.png has 8 × 8; give --resize HxW to resize all of them/,
    ],
    ["a folder without images", ["train", "empty"], /empty is a folder without PNG or JPEG images/],
    [
      "a size that is none",
      ["train", "mixed", "--resize", "8"],
      /must be a height and a width, such as 28x28\./,
    ],
    [
      "reconstructions over the originals",
      ["reconstruct", "model.safetensors", "photos", "--out", "photos/"],
      /has the images of DATA, which would be overwritten/,
    ],
    [
      "a folder in no folder",
      ["reconstruct", "model.safetensors", "photos", "--out", "no/where/"],
      /there is no folder no/,
    ],
    [
      "codes as images",
      ["encode", "model.safetensors", "photos", "--out", "x.png"],
      /--out "x\.png" must end in \.csv/,
    ],
    [
      "images for a model of other samples",
      ["evaluate", "flat.safetensors", "photos"],
      /but the model expects 28×28; --resize/,
    ],
    [
      "--grey of an array",
      ["train", "d.npy", "--grey"],
      /--grey is for PNG and JPEG images, which d\.npy is not/,
    ],
  ])("%s", async (_, args, message) => {
    const { code, stderr } = await here.run(...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBeGreaterThan(0);
  });
});
