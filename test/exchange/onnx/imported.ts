// Runs what was imported: as an autoencoder whose halves part at any layer that allows it.
import type { OnnxImport } from "../../../src/exchange/onnx/importOnnx.js";
import { Autoencoder, type NamedWeight } from "../../../src/index.js";
import { kindOf } from "../../../src/layers/layers.js";

/** Samples through the layers of a graph. */
export async function outputsOf(imported: OnnxImport, samples: Float32Array): Promise<Float32Array> {
  const { inputShape, layers, scaling } = imported;
  const calculates = layers.map(({ layer }) => kindOf(layer).build !== undefined);
  // Each half must have something to calculate.
  const half = imported.encoderDepth ?? calculates.indexOf(true) + 1;
  const weights: NamedWeight[] = [];
  for (const [name, members] of [
    ["encoder", layers.slice(0, half)],
    ["decoder", layers.slice(half)],
  ] as const) {
    let count = 0;
    for (const member of members) {
      if (member.weights.size === 0) continue;
      for (const [key, { shape, data }] of member.weights)
        weights.push({ name: `${name}.${count}.${key}`, shape, data });
      count++;
    }
  }
  const model = await Autoencoder.create({
    inputShape,
    encoder: layers.slice(0, half).map(({ layer }) => layer),
    decoder: layers.slice(half).map(({ layer }) => layer),
    engine: { threads: 1 },
  });
  try {
    model.setWeights(weights);
    const { offset, scale } = scaling ?? {};
    const size = model.inputSize;
    const scaled = offset ? samples.map((x, i) => (x - offset[i % size]!) / scale![i % size]!) : samples;
    const { data } = await model.reconstruct(scaled);
    return offset ? data.map((y, i) => y * scale![i % size]! + offset[i % size]!) : data;
  } finally {
    await model.dispose();
  }
}

/** Samples [rows, channels, …] as [rows, …, channels], or back. */
export function turned(data: ArrayLike<number>, shape: readonly number[], back = false): Float32Array {
  const [rows, channels, ...places] = shape as [number, number, ...number[]];
  const count = places.reduce((a, b) => a * b, 1);
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let channel = 0; channel < channels; channel++)
      for (let place = 0; place < count; place++) {
        const [first, last] = [
          (row * channels + channel) * count + place,
          (row * count + place) * channels + channel,
        ];
        if (back) result[first] = data[last]!;
        else result[last] = data[first]!;
      }
  return result;
}
