import { type Shape, sizeOf } from "../../layers/shape.js";
import { reach } from "../../layers/window.js";
import type { GraphWeight } from "../modelGraph.js";

/** What it needs of a layer of Keras. */
interface Convolution {
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights: readonly (readonly [name: string, weight: GraphWeight])[];
}

/** A convolution without dilation that gives the same: its kernel has zeros between the taps instead. */
export function undilated<Layer extends Convolution>(layer: Layer): Layer {
  const { config, weights } = layer;
  const dilation = config.dilation_rate as Shape;
  return {
    ...layer,
    config: {
      ...config,
      kernel_size: (config.kernel_size as Shape).map((size, index) => reach(size, dilation[index]!)),
      dilation_rate: dilation.map(() => 1),
    },
    weights: weights.map(([name, weight]) => [name, name === "kernel" ? spread(weight, dilation) : weight]),
  };
}

/** A kernel [rows, columns, …] or [steps, …] with zeros between its taps. */
function spread({ shape, data }: GraphWeight, dilation: Shape): GraphWeight {
  const channels = shape.slice(dilation.length);
  const size = sizeOf(channels);
  const [rows, columns] = asPair(shape);
  const [byRow, byColumn] = asPair(dilation);
  const [height, width] = [reach(rows, byRow), reach(columns, byColumn)];
  const result = new Float32Array(height * width * size);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = (row * columns + column) * size;
      const to = (row * byRow * width + column * byColumn) * size;
      result.set(data.subarray(from, from + size), to);
    }
  }
  return { shape: [...(dilation.length === 1 ? [width] : [height, width]), ...channels], data: result };

  /** The lengths of both dimensions; a sequence is one row. */
  function asPair(lengths: Shape): [number, number] {
    return dilation.length === 1 ? [1, lengths[0]!] : [lengths[0]!, lengths[1]!];
  }
}
