import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { inFolder } from "./run.js";

const here = inFolder();
const TRAIN = ["train", "spiral", "--samples", "60", "--hidden", "4", "--validation-split", "0.2"];

test("train --log writes a row an epoch, --tensorboard event files, and a resumed training appends", async () => {
  const files = ["--checkpoint", "run.safetensors", "--log", "run.csv", "--tensorboard", "logs/spiral"];
  const columns = "epoch,loss,meanAbsoluteError,valLoss,valMeanAbsoluteError,learningRate,seconds";
  const epochs = () =>
    readFileSync(here.path("run.csv"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => line.split(",")[0]);
  const metrics = ["--metrics", "meanAbsoluteError"];
  const first = await here.run(...TRAIN, ...files, ...metrics, "--epochs", "2");
  expect([first.code, first.stderr]).toEqual([0, ""]);
  expect(readFileSync(here.path("run.csv"), "utf8").split("\n")[0]).toBe(columns);
  expect(epochs()).toEqual(["epoch", "1", "2"]);
  const resumed = await here.run(
    ...["train", "spiral", "--samples", "60", "--resume", "run.safetensors", "--epochs", "4", ...files],
  );
  expect([resumed.code, resumed.stderr]).toEqual([0, ""]);
  expect(epochs()).toEqual(["epoch", "1", "2", "3", "4"]);
  for (const run of ["train", "validation"])
    expect(readdirSync(here.path(`logs/spiral/${run}`))).toHaveLength(2);
});

test("--log must be a file of its own that ends in .csv", async () => {
  const other = await here.run(...TRAIN, "--log", "run.txt");
  expect([other.code, other.stderr]).toEqual([2, 'isthmus: --log "run.txt" must end in .csv\n']);
  const missing = await here.run(...TRAIN, "--log", "none/run.csv");
  expect([missing.code, missing.stdout]).toEqual([2, ""]);
  expect(missing.stderr).toMatch(/none\/run\.csv cannot be written: there is no folder none/);
});
