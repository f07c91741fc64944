// Models that TensorFlow.js itself saves come in with the same outputs.
import { describe, expect, test } from "vitest";
import { type ImportSource, importModel, readModel } from "../../src/exchange/importing.js";
import { expectClose, values } from "../support/models.js";
import { type TfModel, tf, unlessTfjs } from "./tfjs.js";

const { layers } = tf ?? { layers: {} as NonNullable<typeof tf>["layers"] };
const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** What `model.save` would write. */
async function saved(model: TfModel): Promise<ImportSource & readonly object[]> {
  let files: ImportSource & readonly object[] = [];
  const handler = tf!.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
    const manifest = [{ paths: ["weights.bin"], weights: weightSpecs }];
    files = [
      {
        name: "out/model.json",
        bytes: bytesOf({ modelTopology, format: "layers-model", weightsManifest: manifest }),
      },
      { name: "out/weights.bin", bytes: new Uint8Array(weightData as ArrayBuffer) },
    ];
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
  });
  await model.save(handler);
  return files;
}

/** With weights that are not what they start as. */
function unsettled(model: TfModel): TfModel {
  model.setWeights(
    model.getWeights().map(({ shape }, index) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return tf!.tensor(values(1, size, index + 1, 0.05, 0.4), shape);
    }),
  );
  return model;
}

const MODELS: readonly (readonly [string, () => TfModel])[] = [
  [
    "dense, with a first layer that has the shape",
    () =>
      tf!.sequential({
        layers: [
          layers.dense!({ inputShape: [7], units: 5, activation: "swish" }),
          layers.batchNormalization!({}),
          layers.dense!({ units: 2, activation: "selu" }),
          layers.leakyReLU!({ alpha: 0.2 }),
          layers.layerNormalization!({}),
          layers.dense!({ units: 7, useBias: false }),
        ],
      }),
  ],
  [
    "convolutions in two models",
    () => {
      const encoder = [
        layers.conv2d!({
          inputShape: [6, 6, 2],
          filters: 3,
          kernelSize: 3,
          strides: 2,
          padding: "same",
          activation: "relu",
        }),
        layers.averagePooling2d!({ poolSize: 3, strides: 1, padding: "same" }),
        layers.flatten!({}),
        layers.dense!({ units: 4, activation: "elu" }),
      ];
      const decoder = [
        layers.dense!({ inputShape: [4], units: 27 }),
        layers.reshape!({ targetShape: [3, -1, 3] }),
        layers.conv2dTranspose!({
          filters: 2,
          kernelSize: [3, 2],
          strides: 2,
          padding: "same",
          activation: "mish",
        }),
      ];
      return tf!.sequential({
        layers: [tf!.sequential({ layers: encoder }), tf!.sequential({ layers: decoder })],
      });
    },
  ],
  [
    "sequences",
    () =>
      tf!.sequential({
        layers: [
          layers.conv1d!({ inputShape: [8, 1], filters: 3, kernelSize: 3, padding: "same" }),
          layers.maxPooling1d!({ poolSize: 2 }),
          layers.lstm!({ units: 3, recurrentActivation: "sigmoid" }),
          layers.repeatVector!({ n: 8 }),
          layers.lstm!({ units: 2, recurrentActivation: "sigmoid", returnSequences: true }),
          layers.timeDistributed!({ layer: layers.dense!({ units: 1 }) }),
        ],
      }),
  ],
];

describe.skipIf(!tf)(`models of TensorFlow.js${unlessTfjs}`, () => {
  test.each(MODELS)("%s", async (_, make) => {
    await tf!.setBackend("cpu");
    const model = unsettled(make());
    const shape = [5, ...model.inputs[0]!.shape.slice(1)];
    const samples = values(
      1,
      shape.reduce((a, b) => a * b, 1),
      9,
    );
    const wanted = model.predict(tf!.tensor(samples, shape)).dataSync();
    const imported = await importModel(await saved(model), { engine: { threads: 1 } });
    expectClose(imported.reconstructSync(samples).data, wanted, { absolute: 1e-5, relative: 1e-5 }, "output");
    await imported.dispose();
  });

  test("what TensorFlow.js calculates in another way is refused by name", async () => {
    const refused = async (...inner: unknown[]) => {
      const files = await saved(tf!.sequential({ layers: [...inner, layers.dense!({ units: 2 })] }));
      return () => readModel(files);
    };
    const gru = await refused(
      layers.gru!({ name: "old", inputShape: [4, 2], units: 2, recurrentActivation: "sigmoid" }),
    );
    expect(gru).toThrow('layer "old" (GRU) cannot be represented: its reset_after is false');
    const hard = await refused(layers.lstm!({ name: "hard", inputShape: [4, 2], units: 2 }));
    expect(hard).toThrow('layer "hard" (LSTM) cannot be represented: activation "hard');
    const bilinear = await refused(
      layers.upSampling2d!({ name: "up", inputShape: [4, 4, 2], interpolation: "bilinear", size: [2, 2] }),
    );
    expect(bilinear).toThrow(
      'layer "up" (UpSampling2D) cannot be represented: its interpolation is "bilinear"',
    );
  });
});
