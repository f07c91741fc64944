import { type Shape, sizeOf } from "../../layers/shape.js";
import type { GraphWeight } from "../modelGraph.js";

/** For each value of a sample, channels last, its place where the channels come first. */
function placesOf(shape: Shape): Uint32Array {
  const channels = shape.at(-1)!;
  const positions = sizeOf(shape) / channels;
  return Uint32Array.from(
    { length: sizeOf(shape) },
    (_, index) => (index % channels) * positions + Math.floor(index / channels),
  );
}

/** A matrix [out, in] whose inputs are a flattened sample: from channels first to channels last. */
export function channelsLastColumns({ shape, data }: GraphWeight, sample: Shape): GraphWeight {
  const places = placesOf(sample);
  const columns = places.length;
  const turned = Float32Array.from(data, (_, index) => {
    const column = index % columns;
    return data[index - column + places[column]!]!;
  });
  return { shape, data: turned };
}

/** A matrix [out, in], or a vector [out], whose outputs are a flattened sample. */
export function channelsLastRows({ shape, data }: GraphWeight, sample: Shape): GraphWeight {
  const places = placesOf(sample);
  const width = data.length / places.length;
  const turned = new Float32Array(data.length);
  places.forEach((place, row) => {
    turned.set(data.subarray(place * width, (place + 1) * width), row * width);
  });
  return { shape, data: turned };
}
