import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { encodeIdx } from "../../src/formats/idx.js";
import { encodeNpy } from "../../src/formats/npy.js";
import { inFolder } from "./run.js";

const here = inFolder();
const table = { shape: [40, 3], data: Float32Array.from({ length: 120 }, (_, i) => i / 7) };

beforeAll(async () => {
  const { code } = await here.run(
    "train",
    "digits",
    "--samples",
    "50",
    "--epochs",
    "1",
    "--out",
    "digits.st",
  );
  expect(code).toBe(0);
  const model = readFileSync(here.path("digits.st"));
  writeFileSync(here.path("cut.st"), model.subarray(0, model.length - 100));
  const lyingModel = Buffer.from(
    model.toString("latin1").replace('"shape":[32,784]', '"shape":[32,785]'),
    "latin1",
  );
  expect(lyingModel.equals(model)).toBe(false);
  writeFileSync(here.path("lying.st"), lyingModel);
  writeFileSync(here.path("table.npy"), encodeNpy(table));
  const idx = encodeIdx({ shape: [4, 28, 28], data: new Uint8Array(4 * 784) });
  writeFileSync(here.path("cut.idx"), idx.subarray(0, 1000));
  const lying = idx.slice();
  lying[4 + 3] = 5;
  writeFileSync(here.path("lying.idx.gz"), gzipSync(lying));
  writeFileSync(here.path("cut.idx.gz"), gzipSync(idx).subarray(0, 20));
  writeFileSync(here.path("text.txt"), "hello");
  mkdirSync(here.path("folder"));
});

const usage: [string, string[], RegExp][] = [
  ["an unknown command", ["trian", "digits"], /unknown command 'trian'\n\(Did you mean train\?\)/],
  [
    "an unknown option",
    ["train", "digits", "--latnt", "3"],
    /unknown option '--latnt'\n\(Did you mean --latent\?\)/,
  ],
  ["no data", ["train"], /missing required argument 'data'/],
  [
    "unknown data",
    ["train", "digit"],
    /File not found: digit \(built-in data: digits, spiral\); did you mean digits\?/,
  ],
  [
    "unknown data that is near nothing",
    ["train", "no/such.idx"],
    /File not found: no\/such\.idx \(built-in data: digits, spiral\)\n/,
  ],
  [
    "an unknown activation",
    ["train", "digits", "--activation", "relux"],
    /"relux" is not known .*did you mean "relu"/,
  ],
  [
    "an unknown loss",
    ["train", "digits", "--loss", "binarycrossentropi"],
    /did you mean "binaryCrossentropy"/,
  ],
  [
    "an unknown optimizer",
    ["train", "digits", "--optimizer", "adm"],
    /"adm" is not known .*did you mean "adam"/,
  ],
  [
    "an unknown optimizer with a learning rate",
    ["train", "digits", "--optimizer", "adm", "--learning-rate", "1"],
    /did you mean "adam"/,
  ],
  ["unknown math", ["train", "digits", "--math", "fasd"], /"fasd" is not known .*did you mean "fast"/],
  [
    "a number that is none",
    ["train", "digits", "--epochs", "x"],
    /'--epochs <n>' argument 'x' is invalid\. It must be a positive integer/,
  ],
  ["zero epochs", ["train", "digits", "--epochs", "0"], /positive integer/],
  [
    "threads that are no number",
    ["train", "digits", "--threads", "many"],
    /must be a positive integer or "auto"/,
  ],
  ["a split of 1", ["train", "digits", "--validation-split", "1"], /from 0 up to, but not including, 1/],
  [
    "hidden widths that are none",
    ["train", "digits", "--hidden", "12,,3"],
    /It must be positive integers separated by commas/,
  ],
  [
    "a limit of unpacking for digits",
    ["train", "digits", "--max-unpacked", "9"],
    /--max-unpacked is only for files/,
  ],
  ["noise for digits", ["train", "digits", "--noise", "1"], /--noise is only for the built-in spiral/],
  [
    "samples for a file",
    ["train", "table.npy", "--samples", "3"],
    /--samples is only for the built-in digits and spiral/,
  ],
  ["too few samples", ["train", "spiral", "--samples", "1"], /samples must be an integer from 2/],
  [
    "an output folder that is not there",
    ["train", "digits", "--out", "nope/model.st"],
    /there is no folder nope/,
  ],
  [
    "an output that is a folder",
    ["train", "digits", "--out", "folder"],
    /folder cannot be written: it is a folder/,
  ],
  ["no output", ["encode", "digits.st", "digits"], /required option '--out <file>' not specified/],
  ["no model", ["inspect", "no.st"], /File not found: no\.st/],
  ["a folder without images", ["train", "folder"], /folder is a folder without PNG or JPEG images/],
];

const failures: [string, string[], RegExp][] = [
  [
    "an IDX file cut short",
    ["train", "cut.idx"],
    /cut\.idx is not a valid IDX file: its shape \[4, 28, 28\] needs 3136 bytes/,
  ],
  [
    "an IDX file that lies",
    ["train", "lying.idx.gz"],
    /lying\.idx\.gz is not a valid IDX file: its shape \[5, 28, 28\]/,
  ],
  [
    "a gzip file of more than --max-unpacked",
    ["train", "lying.idx.gz", "--max-unpacked", "100"],
    /lying\.idx\.gz decompresses to more than maximumBytes \(100 bytes\)/,
  ],
  ["a gzip file cut short", ["train", "cut.idx.gz"], /cut\.idx\.gz is damaged gzip data: it is truncated/],
  ["a file of another format", ["train", "text.txt"], /text\.txt is text, not an IDX or \.npy file/],
  ["a model cut short", ["inspect", "cut.st"], /cut\.st /],
  ["a model that lies", ["encode", "lying.st", "digits", "--out", "x.npy"], /lying\.st .*\[32, 785\]/],
  ["a file that is no model", ["evaluate", "table.npy", "digits", "--samples", "10"], /table\.npy /],
  [
    "data of another width",
    ["encode", "digits.st", "table.npy", "--out", "x.npy"],
    /has 3 columns, but the model expects samples with 784/,
  ],
  [
    "codes of another width",
    ["decode", "digits.st", "table.npy", "--out", "x.npy"],
    /has 3 columns, but the model expects codes with 32/,
  ],
  [
    "bytes of another width",
    ["evaluate", "digits.st", "spiral"],
    /has 2 columns, but the model expects samples with 784/,
  ],
];

describe.each([
  [2, usage],
  [1, failures],
])("with exit code %i", (exitCode, cases) => {
  test.each(cases)("%s", async (_, args, message) => {
    const { code, stdout, stderr } = await here.run(...args);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^isthmus: /);
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect(stdout.replace(/^(data|model|loss|scaling|optimizer|engine) .*\n|^\n/gm, "")).toBe("");
    expect(code).toBe(exitCode);
  });
});

test("diverged training keeps the model that there was", async () => {
  const before = readFileSync(here.path("digits.st"));
  const { code, stderr } = await here.run(
    ...[
      "train",
      "table.npy",
      "--optimizer",
      "sgd",
      "--learning-rate",
      "1e30",
      "--batch-size",
      "4",
      "--out",
      "digits.st",
    ],
  );
  expect(stderr).toMatch(/stopped being finite in epoch 1/);
  expect(stderr).not.toMatch(/^ {4}at /m);
  expect(code).toBe(1);
  expect(readFileSync(here.path("digits.st")).equals(before)).toBe(true);
});

test("nothing was written by what failed", () => {
  expect(existsSync(here.path("x.npy"))).toBe(false);
  expect(existsSync(here.path("model.safetensors"))).toBe(false);
  expect(readdirSync(here.path("folder"))).toEqual([]);
});
