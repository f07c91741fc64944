import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { decodeNpy, encodeNpy } from "../../src/formats/npy.js";
import { AnomalyDetector, digits } from "../../src/index.js";
import { loadDetector, loadModel } from "../../src/node.js";
import { events, inFolder } from "./run.js";

const here = inFolder();
const math = ["--math", "portable"];
const data = ["digits", "--samples", "60", "--seed", "5", ...math];
const { images } = digits({ samples: 60, seed: 5 });
/** The last six are turned into negatives. */
const spoilt = images.map((byte, i) => (i < 54 * 784 ? byte : 255 - byte));

beforeAll(async () => {
  const args = ["train", "digits", "--samples", "600", "--epochs", "3", "--latent", "16", ...math];
  expect((await here.run(...args)).code).toBe(0);
  writeFileSync(here.path("spoilt.npy"), encodeNpy({ shape: [60, 28, 28], data: spoilt }));
  const labels = Uint8Array.from({ length: 60 }, (_, i) => (i < 54 ? 0 : 1));
  writeFileSync(here.path("labels.npy"), encodeNpy({ shape: [60], data: labels }));
});

const library = () => loadModel(here.path("model.safetensors"), { engine: { math: "portable" } });

test("scores and flags are those of the library, as CSV and as .npy", async () => {
  const csv = await here.run(
    "anomalies",
    "model.safetensors",
    ...data,
    "--contamination",
    "0.1",
    "--out",
    "a.csv",
  );
  expect(csv).toMatchObject({ code: 0, stderr: "" });
  expect(csv.stdout).toMatch(/^threshold +\d\S* \(contamination 0\.1\)$/m);
  expect(csv.stdout).toMatch(/^anomalies +6 of 60 samples \(10\.0 %\)$/m);
  expect(csv.stdout).toMatch(/^highest +row \d+: /m);
  expect(csv.stdout).toMatch(/\nsaved a\.csv\n$/);
  const npy = await here.run(
    "anomalies",
    "model.safetensors",
    ...data,
    "--sigma",
    "1.5",
    "--out",
    "a.npy",
    "--json",
  );
  const [done] = events(npy.stdout);
  expect(Object.keys(done!)).toEqual(["event", "samples", "anomalies", "threshold", "seconds", "out"]);

  const model = await library();
  const detector = await AnomalyDetector.fit(model, images, { contamination: 0.1 });
  const scores = await detector.score(images);
  const flags = await detector.predict(images);
  const [head, ...lines] = readFileSync(here.path("a.csv"), "utf8").trimEnd().split("\n");
  expect(head).toBe("score,anomaly");
  expect(lines).toEqual(Array.from(scores, (score, i) => `${score},${flags[i]}`));

  await detector.fit(images, { sigma: 1.5 });
  expect(done).toMatchObject({ samples: 60, threshold: detector.threshold, out: "a.npy" });
  const { shape, data: written } = decodeNpy(readFileSync(here.path("a.npy")));
  expect(shape).toEqual([60, 2]);
  const second = await detector.predict(images);
  expect(Array.from(written as Float32Array)).toEqual(
    Array.from(scores).flatMap((score, i) => [score, second[i]!]),
  );
  expect(done!.anomalies).toBe(second.reduce((a, b) => a + b));
  await model.dispose();
});

test("a saved threshold is used on other data, and labels tell how well it does", async () => {
  const first = await here.run(
    ...["anomalies", "model.safetensors", ...data, "--sigma", "3"],
    ...["--save", "detector.safetensors", "--out", "a.csv", "--json"],
  );
  expect(first.code).toBe(0);
  const [fitted] = events(first.stdout);
  expect(fitted!.save).toBe("detector.safetensors");
  const args = [
    "anomalies",
    "detector.safetensors",
    "spoilt.npy",
    ...math,
    "--labels",
    "labels.npy",
    "--out",
    "b.csv",
  ];
  const [done] = events((await here.run(...args, "--json")).stdout);
  const detector = await loadDetector(here.path("detector.safetensors"), { engine: { math: "portable" } });
  expect(detector.threshold).toBe(fitted!.threshold);
  const labels = decodeNpy(readFileSync(here.path("labels.npy"))).data as Uint8Array;
  expect(done).toMatchObject({ ...(await detector.evaluate(spoilt, labels)), threshold: fitted!.threshold });
  expect(done).toMatchObject({ rocAuc: 1, recall: 1 });
  const { stdout } = await here.run(...args);
  expect(stdout).toMatch(/\(saved with the model\)$/m);
  expect(stdout).toMatch(/^ROC-AUC +1\.0000$/m);
  expect(stdout).toMatch(/^recall +1\.0000$/m);
  // Asked for another one, it learns that.
  const [other] = events((await here.run(...args, "--contamination", "0.5", "--json")).stdout);
  expect(other!.anomalies).toBe(30);
  await detector.model.dispose();
});

test("the default is contamination 0.01", async () => {
  const { stdout } = await here.run(
    "anomalies",
    "model.safetensors",
    "digits",
    "--samples",
    "200",
    "--out",
    "c.csv",
  );
  expect(stdout).toMatch(/\(contamination 0\.01\)$/m);
  expect(stdout).toMatch(/^anomalies +2 of 200 samples \(1\.0 %\)$/m);
});

test.each<[string, string[], RegExp, number]>([
  ["no --out", [], /required option '--out <file>'/, 2],
  ["another ending", ["--out", "a.txt"], /--out "a\.txt" must end in \.csv, \.npy, \.parquet/, 2],
  ["both rules", ["--out", "a.csv", "--sigma", "3", "--contamination", "0.1"], /cannot be used with/, 2],
  ["a contamination above a half", ["--out", "a.csv", "--contamination", "0.6"], /0 to 0\.5, not 0\.6/, 2],
  ["a sigma below 0", ["--out", "a.csv", "--sigma=-1"], /must be a number of at least 0/, 2],
  ["missing labels", ["--out", "a.csv", "--labels", "no.npy"], /File not found: no\.npy/, 2],
  ["labels of pictures", ["--out", "a.csv", "--labels", "spoilt.npy"], /one label per sample, not 784/, 1],
  [
    "too few labels",
    ["--out", "a.csv", "--labels", "labels.npy", "--samples", "70"],
    /60 labels for 70 samples/,
    1,
  ],
])("%s is refused", async (_, args, message, code) => {
  const ended = await here.run("anomalies", "model.safetensors", "digits", "--samples", "60", ...args);
  expect(ended.stderr).toMatch(message);
  expect(ended.code).toBe(code);
});
