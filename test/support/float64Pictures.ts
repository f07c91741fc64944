// Pooling and enlarging of pictures in float64 and plain loops, from their definitions. Samples are [height, width, channels].

/** Pictures, and windows as the kernels take them. */
export interface Windows {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly poolSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: "valid" | "same";
}

/** Where the windows along one dimension begin, by Keras's rules. */
export function starts(size: number, pool: number, stride: number, padding: "valid" | "same"): number[] {
  const found: number[] = [];
  if (padding === "valid") {
    for (let start = 0; start + pool <= size; start += stride) found.push(start);
    return found;
  }
  const count = Math.ceil(size / stride);
  // What all windows need beyond the picture: half of it before, and the odd one behind.
  const surplus = Math.max((count - 1) * stride + pool - size, 0);
  for (let i = 0; i < count; i++) found.push(i * stride - Math.floor(surplus / 2));
  return found;
}

/** Central differences ask for the same windows some thousand times. */
const known = new Map<string, number[][]>();

function members(windows: Windows): number[][] {
  const { height, width, channels, poolSize, strides, padding } = windows;
  const key = [height, width, channels, ...poolSize, ...strides, padding].join();
  const found = known.get(key) ?? membersOf(windows);
  known.set(key, found);
  return found;
}

/** Positions in a sample of the elements of each window and channel, in the order of what comes out. */
function membersOf({ height, width, channels, poolSize, strides, padding }: Windows): number[][] {
  const found: number[][] = [];
  for (const top of starts(height, poolSize[0], strides[0], padding)) {
    for (const left of starts(width, poolSize[1], strides[1], padding)) {
      for (let c = 0; c < channels; c++) {
        const positions: number[] = [];
        for (let i = top; i < top + poolSize[0]; i++) {
          for (let j = left; j < left + poolSize[1]; j++) {
            if (i >= 0 && i < height && j >= 0 && j < width) positions.push((i * width + j) * channels + c);
          }
        }
        found.push(positions);
      }
    }
  }
  return found;
}

/** The part of each input in each output: of a maximum the first largest has all of it, or the first NaN. */
function parts(
  x: ArrayLike<number>,
  offset: number,
  positions: readonly number[],
  way: "max" | "average",
): number[] {
  if (way === "average") return positions.map(() => 1 / positions.length);
  let best = 0;
  positions.forEach((position, index) => {
    const [value, most] = [x[offset + position]!, x[offset + positions[best]!]!];
    if (!Number.isNaN(most) && (Number.isNaN(value) || value > most)) best = index;
  });
  return positions.map((_, index) => (index === best ? 1 : 0));
}

/** What pooling makes of samples. */
export function pooled(x: ArrayLike<number>, windows: Windows, way: "max" | "average"): Float64Array {
  const size = windows.height * windows.width * windows.channels;
  const all = members(windows);
  const y = new Float64Array((x.length / size) * all.length);
  for (let i = 0; i < y.length; i++) {
    const offset = Math.floor(i / all.length) * size;
    const positions = all[i % all.length]!;
    const share = parts(x, offset, positions, way);
    y[i] = positions.reduce((sum, p, index) => sum + (share[index] ? share[index] * x[offset + p]! : 0), 0);
  }
  return y;
}

/** The gradient with respect to `x` of what pooling gives. */
export function pooledBackward(
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
  windows: Windows,
  way: "max" | "average",
): Float64Array {
  const size = windows.height * windows.width * windows.channels;
  const all = members(windows);
  const dx = new Float64Array(x.length);
  for (let i = 0; i < dy.length; i++) {
    const offset = Math.floor(i / all.length) * size;
    const positions = all[i % all.length]!;
    const share = parts(x, offset, positions, way);
    positions.forEach((position, index) => {
      dx[offset + position]! += share[index]! * dy[i]!;
    });
  }
  return dx;
}

/** Pictures, and by how much they are enlarged. */
export interface Enlargement {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly size: readonly [number, number];
  readonly interpolation: "nearest" | "bilinear";
}

/** Elements of a line, with their weights, that element `o` of the enlarged line is made of. */
function sources(o: number, length: number, size: number, interpolation: string): [number, number][] {
  if (interpolation === "nearest") return [[Math.floor(o / size), 1]];
  const place = Math.min(length - 1, Math.max(0, (o + 0.5) / size - 0.5));
  const lower = Math.floor(place);
  return [
    [lower, 1 - (place - lower)],
    [Math.min(lower + 1, length - 1), place - lower],
  ];
}

/** Calls `visit` with each pair of elements that have to do with each other, and the weight. */
function enlarging(
  samples: number,
  { height, width, channels, size, interpolation }: Enlargement,
  visit: (small: number, large: number, weight: number) => void,
): void {
  let large = 0;
  for (let sample = 0; sample < samples; sample++) {
    for (let i = 0; i < height * size[0]; i++) {
      for (let j = 0; j < width * size[1]; j++) {
        for (let c = 0; c < channels; c++) {
          for (const [row, down] of sources(i, height, size[0], interpolation)) {
            for (const [column, right] of sources(j, width, size[1], interpolation)) {
              visit(((sample * height + row) * width + column) * channels + c, large, down * right);
            }
          }
          large++;
        }
      }
    }
  }
}

/** Samples enlarged. */
export function enlarged(x: ArrayLike<number>, how: Enlargement): Float64Array {
  const samples = x.length / (how.height * how.width * how.channels);
  const y = new Float64Array(x.length * how.size[0] * how.size[1]);
  enlarging(samples, how, (small, large, weight) => {
    y[large]! += weight * x[small]!;
  });
  return y;
}

/** The gradient with respect to the samples. */
export function enlargedBackward(dy: ArrayLike<number>, how: Enlargement): Float64Array {
  const length = dy.length / (how.size[0] * how.size[1]);
  const dx = new Float64Array(length);
  enlarging(length / (how.height * how.width * how.channels), how, (small, large, weight) => {
    dx[small]! += weight * dy[large]!;
  });
  return dx;
}
