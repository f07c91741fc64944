import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseHTML } from "linkedom";
import { beforeAll, expect, test } from "vitest";
import { detectImages, digits } from "../../src/index.js";
import { loadImages, loadModel, loadTable, saveNpy, savePng } from "../../src/node.js";
import { events, inFolder } from "./run.js";

const here = inFolder();
const [HEIGHT, WIDTH, COUNT, ODD] = [72, 96, 40, 23];

/** A red disc on green, at about the same place; in one picture there is a blue bar in the lower right. */
function photo(number: number, odd = number === ODD) {
  const data = new Uint8Array(HEIGHT * WIDTH * 3);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const disc = Math.hypot(x - 45 - (number % 5), y - 33 - (number % 4)) < 18;
      const bar = odd && y > 52 && x > 70;
      const colour = bar ? [20, 20, 220] : disc ? [200, 60, 50] : [60, 120 + (number % 7), 70];
      data.set(colour, (y * WIDTH + x) * 3);
    }
  }
  return { width: WIDTH, height: HEIGHT, channels: 3 as const, data };
}

const name = (i: number) => `p${String(i).padStart(2, "0")}.png`;

beforeAll(async () => {
  for (const folder of ["photos", "clean", "mixed"]) mkdirSync(here.path(folder));
  for (let i = 0; i < COUNT; i++) {
    await savePng(here.path(`photos/${name(i)}`), photo(i));
    await savePng(here.path(`clean/${name(i)}`), photo(i, false));
  }
  await savePng(here.path("mixed/a.png"), photo(1));
  await savePng(here.path("mixed/b.png"), { width: 40, height: 72, channels: 1, data: new Uint8Array(2880) });
  writeFileSync(here.path("rows.csv"), "a,b\n1,2\n2,3\n");
});

test("a folder: the odd picture, where it is odd, and what was made of the sizes", async () => {
  const { code, stderr, stdout } = await here.run(
    ...["detect", "photos/", "--out", "out.csv", "--save", "d.safetensors", "--report", "r.html"],
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(
    /^40 images are resized to 48×64 \(--resize changes it\)\.\n40 images of 48×64×3 from photos\n/,
  );
  expect(stdout).toMatch(
    /^image +score +why\np23\.png +\d\S* +the lower right .+ ± .+, expected .+ \(\d+ %\)/m,
  );
  expect(stdout).toMatch(/threshold \S+ \(images that stand apart\)/);
  expect(stdout).toMatch(/saved out\.csv, d\.safetensors and r\.html\n$/);
  const table = await loadTable(here.path("out.csv"));
  expect(table.columns.map((column) => column.name)).toEqual(["file", "score", "anomaly", "rank", "reason"]);
  const [file, score, anomaly, rank, reason] = table.columns.map(({ values }) => values as string[]);
  expect([file![ODD], anomaly![ODD], rank![ODD]]).toEqual([name(ODD), "1", "1"]);
  expect(reason![ODD]).toMatch(/^the lower right /);
  expect(reason![anomaly!.indexOf("0")]).toBe("");
  // The same as in the library.
  const images = await loadImages(here.path("photos"), { height: 48, width: 64 });
  const found = await detectImages(images);
  expect(score!.map((text) => Math.fround(Number(text)))).toEqual(Array.from(found.scores));
  await found.detector.dispose();
});

test("the report shows the odd pictures, what was expected, and where they differ", () => {
  const { document } = parseHTML(readFileSync(here.path("r.html"), "utf8"));
  expect(document.querySelector("h1")!.textContent).toBe("Odd images of photos");
  expect(document.querySelector("#verdict")!.textContent).toMatch(
    /of 40 images (is|are) odd .*image 24 \(file p23\.png\), because the lower right is .+ ± .+, expected .+ ± /,
  );
  const pictures = document.querySelectorAll("#images image");
  expect(pictures.length % 3).toBe(0);
  expect(pictures.length).toBeGreaterThanOrEqual(15);
  expect(document.querySelector("#images figcaption")!.textContent).toMatch(/From left to right: p23\.png,/);
  const cells = Array.from(
    document.querySelectorAll("#rows tbody tr"),
    (line) => line.children[1]!.textContent,
  );
  expect(cells[0]).toBe("p23.png");
  expect(document.querySelector(".about")!.textContent).toMatch(/1 autoencoder with a code of 8 values/);
  expect(document.body.textContent).not.toMatch(/\brows?\b/);
});

test("the saved detector scores new pictures in its own size and colours, and is a model", async () => {
  const { code, stdout } = await here.run("detect", "photos", "--model", "d.safetensors", "--json");
  expect(code).toBe(0);
  const [first, odd, ...rest] = events(stdout);
  expect(first).toMatchObject({ event: "images", shape: [40, 48, 64, 3] });
  expect(first!.notes).toEqual(["40 images are resized to 48×64 (the size that the detector knows)."]);
  expect(odd).toMatchObject({ event: "anomaly", row: ODD, file: name(ODD), rank: 1 });
  expect(rest.at(-1)).toMatchObject({ event: "done", rows: 40 });
  const model = await loadModel(here.path("d.safetensors"));
  expect(model.inputShape).toEqual([48, 64, 3]);
  await model.dispose();
  const mixed = await here.run("detect", "mixed", "--model", "d.safetensors");
  expect(mixed.stdout).toMatch(/^2 images are resized .*\n1 image of other proportions is stretched\.\n/);
  const codes = await here.run("encode", "d.safetensors", "photos", "--resize", "--out", "codes.csv");
  expect(codes.code).toBe(0);
});

test("learns from clean pictures alone", async () => {
  const { code, stdout } = await here.run(
    ...["detect", "photos", "--fit", "clean", "--threshold", "max", "--json", "--resize", "24x32"],
  );
  expect(code).toBe(0);
  const all = events(stdout);
  expect(all.filter(({ event }) => event === "anomaly").map(({ row }) => row)).toEqual([ODD]);
  expect(all[0]).toMatchObject({ shape: [40, 24, 32, 3], notes: [] });
});

test("arrays of images have numbers, not files", async () => {
  const { images } = digits({ samples: 30, seed: 2 });
  const data = Float32Array.from(images, (byte) => byte / 255);
  data.fill(1, 11 * 784, 11 * 784 + 280);
  await saveNpy(here.path("digits.npy"), { shape: [30, 28, 28], data });
  const { code, stdout, stderr } = await here.run(
    ...["detect", "digits.npy", "--contamination", "0.04", "--out", "digits.csv"],
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(
    /^30 images of 28×28×1 from digits\.npy\n\n1 of 30 images is odd \(3\.3 %\)\.\nimage +score +why\n12 +/,
  );
  const { columns } = await loadTable(here.path("digits.csv"));
  expect(columns[0]!.name).toBe("image");
  expect((columns[0]!.values as string[])[11]).toBe("12");
  expect((columns[3]!.values as string[])[11]).toBe("1");
});

test("an array of two dimensions is a table without names", async () => {
  const data = Float32Array.from({ length: 600 }, (_, i) => Math.sin(Math.floor(i / 3) / 5) * (1 + (i % 3)));
  data[303] = 9;
  await saveNpy(here.path("rows.npy"), { shape: [200, 3], data });
  const { code, stdout, stderr } = await here.run("detect", "rows.npy", "--out", "rows-out.csv");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^ *row +score +why\n *102 +\d\S* +x0 9, expected /m);
  const { columns } = await loadTable(here.path("rows-out.csv"));
  expect(columns.map((column) => column.name)).toEqual([
    "x0",
    "x1",
    "x2",
    "score",
    "anomaly",
    "rank",
    "reason",
  ]);
});

test.each([
  [
    ["photos", "--window", "3"],
    /^isthmus: --window is for tables and series, but DATA is taken for images\n$/,
  ],
  [["photos", "--members", "3"], /--members is for tables/],
  [["photos", "--threshold", "labels"], /images have none/],
  [["photos", "--model", "d.safetensors", "--grey"], /--grey and --model cannot be used together/],
  [["digits.npy", "--resize", "8x8"], /--resize is for PNG and JPEG images, which digits\.npy is not/],
  [["digits.npy", "--model", "d.safetensors"], /has images of 28×28×1, but the detector expects 48×64×3/],
  [["rows.csv", "--model", "d.safetensors"], /has one model, for images/],
  [["rows.csv", "--grey"], /--grey is for images, not for tables/],
  [["photos", "--fit", "rows.csv"], /rows\.csv is a table, not images/],
])("%j is refused", async (args, message) => {
  const { code, stderr } = await here.run("detect", ...args);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(message);
});

test("a detector of tables does not take images", async () => {
  await here.run("detect", "rows.csv", "--save", "t.safetensors", "--members", "1", "--steps", "2");
  const { code, stderr } = await here.run("detect", "photos", "--model", "t.safetensors");
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/t\.safetensors" is no detector of images; detect --save writes one/);
});
