import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { decodeNpy, encodeNpy } from "../../src/formats/npy.js";
import { events, inFolder } from "./run.js";

const here = inFolder();
const few = ["--samples", "20", "--threads", "1"];
const train = ["train", "spiral", "--samples", "20", "--epochs", "1", "--threads", "1"];

beforeAll(async () => {
  const { code } = await here.run(...train, "--out", "m.safetensors", "--checkpoint", "c.safetensors");
  expect(code).toBe(0);
  writeFileSync(here.path("data.npy"), encodeNpy({ shape: [20, 2], data: new Float32Array(40).fill(0.5) }));
  writeFileSync(here.path("labels.npy"), encodeNpy({ shape: [20], data: new Uint8Array(20) }));
  await here.run("encode", "m.safetensors", "data.npy", "--out", "codes.npy");
  mkdirSync(here.path("sub"));
  symlinkSync("data.npy", here.path("link.npy"));
  symlinkSync(".", here.path("around"));
});

/** The values of a CSV file as float32, and its names. */
function readCsv(name: string): { names: string; data: Float32Array } {
  const [names, ...lines] = readFileSync(here.path(name), "utf8").trimEnd().split("\n");
  return { names: names!, data: Float32Array.from(lines.join(",").split(","), Number) };
}

test.each([
  ["encode", "spiral", "code0", few],
  ["reconstruct", "spiral", "x0,x1", few],
  ["decode", "codes.npy", "x0,x1", ["--threads", "1"]],
])(
  "%s writes CSV under .csv and NPY under .npy, of the same float32",
  async (command, data, names, options) => {
    for (const out of ["z.csv", "z.npy", "Z.CSV"]) {
      const ended = await here.run(command, "m.safetensors", data, ...options, "--out", out, "--json");
      expect([ended.code, ended.stderr]).toEqual([0, ""]);
      expect(events(ended.stdout)[0]!.out).toBe(out);
    }
    const { data: floats } = decodeNpy(readFileSync(here.path("z.npy")));
    expect(readCsv("z.csv")).toEqual({ names, data: floats });
    expect(readFileSync(here.path("Z.CSV")).equals(readFileSync(here.path("z.csv")))).toBe(true);
  },
);

describe("refused before any work, and nothing is touched", () => {
  // Data that would be refused, had they been read.
  const listed = () => readdirSync(here.folder, { recursive: true }).toSorted();
  const transforms = ["encode", "decode", "reconstruct"].flatMap((command) =>
    ["z.jpg", "z.txt", "z", "z.safetensors", ".csv.gz"].map((out): [string, string[], RegExp] => [
      `${command} to ${out}`,
      [command, "m.safetensors", "none.npy", "--out", out],
      /--out "\S+" must end in \.csv, \.npy, \.npz, \.parquet, \.arrow/,
    ]),
  );
  const endings = ["csv", "npy", "json", "parquet", "onnx", "keras", "pt", "html", "gz"].map(
    (ending): [string, string[], RegExp] => [
      `a model to .${ending}`,
      ["train", "none.npy", "--out", `m.${ending}`],
      new RegExp(
        `--out "m\\.${ending}" ends in \\.${ending}, but the file will be a model; use \\.safetensors`,
      ),
    ],
  );
  test.each<[string, string[], RegExp]>([
    ...transforms,
    ...endings,
    [
      "a checkpoint to .csv",
      ["train", "none.npy", "--checkpoint", "c.csv"],
      /--checkpoint "c\.csv" ends in \.csv/,
    ],
    [
      "a detector to .csv",
      ["anomalies", "m.safetensors", "none.npy", "--out", "a.csv", "--save", "d.csv"],
      /--save "d\.csv" ends in \.csv/,
    ],
    [
      "codes over the data",
      ["encode", "m.safetensors", "data.npy", "--out", "data.npy"],
      /--out "data\.npy" is also the file of DATA/,
    ],
    [
      "codes over the data by another path",
      ["encode", "m.safetensors", "data.npy", "--out", "sub/../around/data.npy"],
      /is also the file of DATA/,
    ],
    [
      "codes over the data by a link",
      ["encode", "m.safetensors", "data.npy", "--out", "link.npy"],
      /is also the file of DATA/,
    ],
    [
      "a model over the data",
      ["train", "c.safetensors", "--out", "./c.safetensors"],
      /--out "\.\/c\.safetensors" is also the file of DATA/,
    ],
    [
      "a model over the checkpoint that it goes on from",
      ["train", "spiral", "--resume", "c.safetensors", "--out", "c.safetensors"],
      /--out "c\.safetensors" is also the file of --resume/,
    ],
    [
      "model and checkpoint in one file",
      [...train, "--out", "new", "--checkpoint", "around/new"],
      /--checkpoint "around\/new" is also the file of --out/,
    ],
    [
      "a report over the data",
      ["report", "m.safetensors", "page.html", "--out", "page.html"],
      /--out "page\.html" is also the file of DATA/,
    ],
    [
      "scores over labels",
      ["anomalies", "m.safetensors", "data.npy", "--labels", "labels.npy", "--out", "labels.npy"],
      /--out "labels\.npy" is also the file of --labels/,
    ],
    [
      "a detector over its model",
      ["anomalies", "m.safetensors", "data.npy", "--out", "a.csv", "--save", "m.safetensors"],
      /--save "m\.safetensors" is also the file of MODEL/,
    ],
  ])("%s", async (_, args, message) => {
    writeFileSync(here.path("page.html"), "");
    const there = listed();
    const bytes = ["data.npy", "labels.npy", "m.safetensors", "c.safetensors"].map((name) =>
      readFileSync(here.path(name), "latin1"),
    );
    const { code, stdout, stderr } = await here.run(...args);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, ""]);
    expect(listed()).toEqual(there);
    expect(
      ["data.npy", "labels.npy", "m.safetensors", "c.safetensors"].map((name) =>
        readFileSync(here.path(name), "latin1"),
      ),
    ).toEqual(bytes);
  });
});

test("training goes on in the checkpoint that it comes from, and a hard link is a file of its own", async () => {
  copyFileSync(here.path("c.safetensors"), here.path("c2"));
  linkSync(here.path("c2"), here.path("c3"));
  const resumed = ["train", "spiral", "--samples", "20", "--threads", "1", "--epochs", "2", "--resume", "c2"];
  const { code, stderr } = await here.run(...resumed, "--checkpoint", "c2", "--out", "c3");
  expect([code, stderr]).toEqual([0, ""]);
});

test("devices take whatever they are given", async () => {
  if (!existsSync("/dev/null")) return;
  const { code, stderr } = await here.run(...train, "--out", "/dev/null", "--checkpoint", "/dev/null");
  expect([code, stderr]).toEqual([0, ""]);
});
