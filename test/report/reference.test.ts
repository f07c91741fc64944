// The report of the reference spiral tells the reference's results.
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { Autoencoder, dense, sgd } from "../../src/index.js";
import { drawReport } from "../../src/report/drawReport.js";
import { loadSpiral } from "../golden/load.js";

test("the table and the curve of a 2-1-2 network after 2,000 epochs", async () => {
  const golden = loadSpiral();
  const data = Float32Array.from(golden.data.values);
  const model = await Autoencoder.create({
    inputSize: 2,
    encoder: [dense(1, "sigmoid")],
    decoder: [dense(2, "sigmoid")],
    optimizer: sgd({ learningRate: golden.learningRate }),
    engine: { math: "portable" },
  });
  model.setWeights(
    golden.start.map(({ name, shape, values }) => ({ name, shape, data: Float32Array.from(values) })),
  );
  const history = await model.fit(data, { epochs: golden.epochs, batchSize: 500, shuffle: false });
  const positions = Array.from({ length: 500 }, (_, i) => (2 * Math.PI * i) / 499);
  const html = await drawReport({
    model,
    data,
    positions,
    history,
    dataTitle: "spiral",
    modelTitle: "2-1-2",
  });
  const { document } = parseHTML(html);
  const told = (name: string) => {
    const row = Array.from(document.querySelectorAll("#results tr")).find((one) =>
      one.querySelector("th")!.textContent!.includes(name),
    );
    return Number.parseFloat(row!.querySelector("td")!.textContent!.replace("−", "-"));
  };
  const { meanSquaredError, meanAbsoluteError, largestPointError, spearman } = golden.final;
  expect(told("MSE")).toBeCloseTo(meanSquaredError, 4);
  expect(told("MAE")).toBeCloseTo(meanAbsoluteError, 3);
  expect(told("largest point error")).toBeCloseTo(largestPointError, 3);
  expect(Math.abs(told("Spearman"))).toBeCloseTo(Math.abs(spearman), 2);
  expect(told("compression ratio")).toBe(2);
  expect(document.querySelector("#curve figcaption")!.textContent).toContain("z from 0.01 to 0.99");
  expect(document.querySelector("#loss")!.textContent).toContain("log scale");
  expect(document.querySelector("#loss figcaption")!.textContent).toContain("training 0.0361");
  await model.dispose();
});
