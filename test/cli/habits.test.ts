import { expect, test } from "vitest";
import { loadModel } from "../../src/node.js";
import { events, inFolder } from "./run.js";

const here = inFolder();

test("train takes the names that Keras has for losses, activations and optimizers", async () => {
  const data = ["train", "digits", "--samples", "60", "--hidden", "12"];
  const names = ["--loss", "bce", "--activation", "swish", "--optimizer", "Adam", "--metrics", "mse,mae"];
  const options = [...names, "--out", "m.st"];
  const made = await here.run(...data, ...options, "--epochs", "1", "--checkpoint", "c.st", "--json");
  expect(made).toMatchObject({ code: 0, stderr: "" });
  const [epoch] = events(made.stdout);
  expect(Object.keys(epoch!.metrics as object)).toEqual(["meanSquaredError", "meanAbsoluteError"]);
  const model = await loadModel(here.path("m.st"));
  const { loss, optimizer, encoder, decoder } = model.description;
  await model.dispose();
  expect([loss, optimizer.kind]).toEqual(["binaryCrossentropy", "adam"]);
  // What cross-entropy needs.
  expect(decoder.at(-1)).toMatchObject({ activation: "sigmoid" });
  expect(encoder[0]).toMatchObject({ activation: "silu" });

  // The same names go on with it, and others do not.
  const on = await here.run(...data, ...options, "--epochs", "2", "--resume", "c.st");
  expect(on).toMatchObject({ code: 0, stderr: "" });
  const other = await here.run(...data, "--loss", "mse", "--resume", "c.st", "--out", "m.st");
  expect(other.code).toBe(2);
  expect(other.stderr).toMatch(/--loss is meanSquaredError, but the checkpoint c\.st has binaryCrossentropy/);
});

test("a learning rate of 0 is taken, and one below refused", async () => {
  const args = ["train", "digits", "--samples", "30", "--epochs", "1", "--out", "zero.st"];
  expect(await here.run(...args, "--learning-rate", "0")).toMatchObject({ code: 0, stderr: "" });
  expect(await here.run(...args, "--learning-rate", "-1")).toMatchObject({ code: 2 });
});
