// What is no model is refused by its name, not by whatever breaks first inside.
import { expect, test } from "vitest";
import * as exporting from "../../src/exchange/exporting.js";
import { buildImported } from "../../src/exchange/importing.js";
import { ArgumentError, interpolate, latentGrid, orderCorrelation } from "../../src/index.js";
import { saveCheckpoint, saveModel } from "../../src/node.js";

const NO_MODELS: readonly (readonly [string, unknown, string])[] = [
  ["null", null, "null"],
  ["nothing", undefined, "undefined"],
  ["an object", {}, "an object"],
  ["a name", "model", '"model"'],
  ["a promise of one", Promise.resolve(), "a Promise"],
];

/** Everything that takes a model and has no method of it. */
const CALLS: Readonly<Record<string, (model: never) => unknown>> = {
  ...(exporting as Record<string, unknown> as typeof CALLS),
  saveModel: (model) => saveModel("/nowhere/model.safetensors", model),
  saveCheckpoint: (model) => saveCheckpoint("/nowhere/model.safetensors", model),
  interpolate: (model) => interpolate(model, [1], [2], 3),
  latentGrid: (model) => latentGrid(model, { low: 0, high: 1 }),
  orderCorrelation: (model) => orderCorrelation(model, [[1]], [1]),
  buildImported: (model) => buildImported(model),
};

test.each(NO_MODELS)("%s", async (_, value, shown) => {
  expect(Object.keys(CALLS)).toHaveLength(14);
  for (const [name, call] of Object.entries(CALLS)) {
    const error: Error = await (async () => call(value as never))().then(
      () => expect.unreachable(`${name} took it`),
      (reason) => reason,
    );
    expect(error, name).toBeInstanceOf(ArgumentError);
    expect(error.message, name).toMatch(/^(model|subject) must be /);
    expect(error.message, name).toContain(`not ${shown}`);
  }
});

test("whoever forgets to wait for a model is told so", () => {
  expect(() => exporting.exportKeras(Promise.resolve() as never)).toThrow(
    "model must be an Autoencoder, not a Promise; put await before it",
  );
});
