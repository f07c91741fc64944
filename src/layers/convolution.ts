import { FEW_COLUMNS, SCRATCH_BYTES } from "../../assembly/abi.js";
import type { Engine } from "../engine/engine.js";
import type { PlanBuilder } from "../engine/plan.js";
import { NOWHERE, type Tensor } from "../engine/tensor.js";
import { Activated } from "./activated.js";
import type { ActivationName } from "./activations.js";
import type { BuiltLayer, LayerPass, Place } from "./layer.js";
import type { Parameter } from "./parameter.js";
import { inPieces } from "./pieces.js";
import { sizeOf } from "./shape.js";
import { type Axis, forwardTaps, type Phase, patchFloats, phasesOf, windowBlock } from "./window.js";

/**
 * How many patches to process at a time. A block covers about `floats` floats, few enough to stay in a fast cache. Its
 * size is a multiple of `unit`, which is a multiple of every tile's height. Gradients use larger blocks, since each
 * block ends with adding up a sum.
 */
interface PatchBlock {
  readonly floats: number;
  readonly unit: number;
  readonly most: number;
}
const PATCHES: PatchBlock = { floats: 16 * 1024, unit: 48, most: 192 };
const GRADIENT_PATCHES: PatchBlock = { floats: 24 * 1024, unit: 64, most: 256 };
/** Extra floats for the kernels, so that each part of their scratch memory can start on a vector boundary. */
const SLACK = 64;

/** How many patches of `depth` floats to process at a time. */
function blockOf(depth: number, { floats, unit, most }: PatchBlock): number {
  return Math.min(most, Math.max(1, Math.floor(floats / (depth * unit))) * unit);
}

/** Reserves scratch memory for a kernel: SCRATCH_BYTES plus the given number of floats. */
function reserve(plan: PlanBuilder, floats: number): void {
  plan.scratch(SCRATCH_BYTES + (floats + SLACK) * Float32Array.BYTES_PER_ELEMENT);
}

/** Floats of the operand B[k, n] of a product with patches, rounded up to whole cache lines. */
function operandSize(engine: Engine, k: number, n: number): number {
  const floats = n > FEW_COLUMNS && k > 0 ? engine.packedSize(k, n) : k * n;
  return Math.ceil(floats / 16) * 16;
}

/** The product of an image's patches and the weights. */
interface PatchProduct {
  readonly window: Tensor<Uint32Array>;
  /** Number of positions in the image, and floats per patch. */
  readonly places: number;
  readonly depth: number;
  readonly packed: Tensor;
  /** Where the result of the first position goes, and the distance in floats between rows and between positions. */
  readonly start: number;
  readonly row: number;
  readonly step: number;
}

/** The two images of a convolution, and which one is the input. */
export interface ConvolutionShape {
  readonly rows: Axis;
  readonly columns: Axis;
  /** Channels of the larger and of the smaller image. */
  readonly channels: number;
  readonly features: number;
  /** Whether the smaller image is the input. */
  readonly transposed: boolean;
}

/**
 * What convolutions and transposed convolutions share: the pass from the larger image to the smaller one, the pass
 * back, and the gradient of the weights, a matrix [taps·channels, features]. The input gradient of one is the forward
 * pass of the other.
 */
class Convolution {
  readonly #place: Place;
  readonly #shape: ConvolutionShape;
  readonly #weight: Parameter;
  /** From the larger image to the smaller one; undefined if this pass is not needed. */
  readonly #shrinking: PatchProduct | undefined;
  /** From the smaller image to the larger one, one product per phase. */
  readonly #growing: readonly PatchProduct[] = [];
  readonly #window: Tensor<Uint32Array>;
  /** The packed weights of all phases, and for each tap a record of its position in them. */
  readonly #packed: Tensor = NOWHERE;
  readonly #taps: Tensor<Uint32Array> | undefined;

  constructor(place: Place, shape: ConvolutionShape) {
    const { engine, storage, first } = place;
    const { rows, columns, channels, features, transposed } = shape;
    this.#place = place;
    this.#shape = shape;
    this.#weight = place.parameters.weight!;
    this.#window = windowBlock(storage, forwardTaps(rows), forwardTaps(columns), channels);
    const depth = this.#weight.rows;
    if (!(transposed && first)) {
      this.#shrinking = {
        window: this.#window,
        places: rows.small * columns.small,
        depth,
        packed: storage.floats(operandSize(engine, depth, features)),
        start: 0,
        row: columns.small * features,
        step: features,
      };
    }
    if (!transposed && first) return;
    const phases = phasesOf(rows).flatMap((above) =>
      phasesOf(columns).map((beside) => [above, beside] as const),
    );
    const depths = phases.map(([above, beside]) => above.taps * beside.taps * features);
    const sizes = depths.map((each) => operandSize(engine, each, channels));
    const starts = sizes.map((_, index) => sizeOfAll(sizes.slice(0, index)));
    const packed = storage.floats(sizeOfAll(sizes));
    this.#packed = packed;
    this.#taps = storage.words(rows.kernel * columns.kernel, 3);
    phases.forEach((phase, index) => {
      this.#writeTaps(phase, starts[index]!, depths[index]!);
    });
    this.#growing = phases.flatMap(([above, beside], index) => {
      const places = above.grid * beside.grid;
      if (places === 0) return [];
      return [
        {
          window: windowBlock(storage, above, beside, features),
          places,
          depth: depths[index]!,
          packed: packed.part(starts[index]!),
          start: (above.start * columns.large + beside.start) * channels,
          row: rows.stride * columns.large * channels,
          step: columns.stride * channels,
        },
      ];
    });
  }

  /** Floating-point operations per sample, not counting those on zero padding. */
  get operations(): number {
    const { rows, columns } = this.#shape;
    return 2 * this.#weight.size * rows.small * columns.small;
  }

  /** Adds the computation of z, or of y = max(z, least) if a least value is given. */
  forward(plan: PlanBuilder, rows: number, x: Tensor, z: Tensor, least?: number): void {
    const { parameters, values, zeros } = this.#place;
    const seed = parameters.bias ? parameters.bias.in(values) : zeros;
    this.#through(plan, this.#shape.transposed, rows, x, seed, z, least);
  }

  /** Adds dx, if needed, and each image's share of the bias gradient. */
  backward(plan: PlanBuilder, { rows, dy, dx, kept }: LayerPass): void {
    const { outputShape, zeros } = this.#place;
    if (kept.sums) {
      const columns = outputShape.at(-1)!;
      const places = sizeOf(outputShape) / columns;
      plan.call("placeSums", rows, { places, columns, source: dy, sums: kept.sums });
    }
    if (dx) this.#through(plan, !this.#shape.transposed, rows, dy, zeros, dx);
  }

  /** Adds the gradients of the weights and the bias. */
  gradient(plan: PlanBuilder, { rows, x, dy, kept, gradients }: LayerPass): void {
    const { rows: lines, columns, features: n, transposed } = this.#shape;
    const [source, slopes] = transposed ? [dy, x] : [x, dy];
    const places = rows * lines.small * columns.small;
    const depth = this.#weight.rows;
    const block = blockOf(depth, GRADIENT_PATCHES);
    reserve(plan, patchFloats(this.#window, block));
    inPieces(plan, places, rows * this.operations, block, (first, last) => {
      plan.call("convolutionGradient", depth, {
        tile: plan.tileFor(n),
        n,
        first,
        last,
        window: this.#window,
        source,
        slopes,
        gradient: gradients.weight!,
        accumulate: this.#weight.borrowed || first > 0,
        block,
      });
    });
    if (!gradients.bias) return;
    const width = this.#place.outputShape.at(-1)!;
    plan.call("columnSums", width, { rows, columns: width, source: kept.sums!, sums: gradients.bias });
  }

  /** Packs the weights again, after they have changed. */
  refresh(plan: PlanBuilder): void {
    const source = this.#weight.in(this.#place.values);
    const { channels, features } = this.#shape;
    const packed = this.#shrinking?.packed;
    if (packed && features > FEW_COLUMNS) plan.packRows(source, packed);
    else if (packed) {
      const { rows } = this.#weight;
      plan.call("turn", rows, { rows, columns: features, source, turned: packed });
    }
    if (!this.#taps) return;
    const tile = plan.tileFor(channels);
    const fields = { tile, channels, features, taps: this.#taps, source, packed: this.#packed };
    plan.call("packTaps", this.#weight.rows, fields);
  }

  /**
   * An upper bound of |z|: each output value sums at most as many products as the kernel has weights per output
   * channel.
   */
  bound(input: number, { weight, bias = 0 }: Readonly<Record<string, number>>): number {
    const products = this.#weight.size / this.#place.outputShape.at(-1)!;
    return input * products * weight! + bias;
  }

  /** Records where the rows of a phase's taps are in the packed weights. */
  #writeTaps([above, beside]: readonly [Phase, Phase], start: number, depth: number): void {
    const { columns, features } = this.#shape;
    above.members.forEach((tapRow, i) => {
      beside.members.forEach((tapColumn, j) => {
        const row = (i * beside.taps + j) * features;
        this.#taps!.values.set([start, depth, row], 3 * (tapRow * columns.kernel + tapColumn));
      });
    });
  }

  /** Adds c = max(seed + patches · weights, least), towards the larger or the smaller image. */
  #through(
    plan: PlanBuilder,
    grows: boolean,
    rows: number,
    source: Tensor,
    seed: Tensor,
    c: Tensor,
    least = Number.NEGATIVE_INFINITY,
  ): void {
    const { channels, features } = this.#shape;
    const n = grows ? channels : features;
    const cPicture = sizeOf(c.shape.slice(1));
    const elements = c.as(sizeOf(c.shape));
    for (const { window, places, depth, packed, start, row, step } of grows
      ? this.#growing
      : [this.#shrinking!]) {
      const block = blockOf(Math.max(depth, 1), PATCHES);
      reserve(plan, patchFloats(window, block));
      plan.operations += 2 * rows * places * depth * n;
      plan.call("convolve", rows * places, {
        tile: plan.tileFor(n),
        n,
        window,
        source,
        b: packed,
        seed,
        c: elements.part(start),
        cPicture,
        cRow: row,
        cStep: step,
        least,
        block,
      });
    }
  }
}

function sizeOfAll(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The layer y = activation(convolution(x) + b). For sequences, the images are one row high. */
export function buildConvolution(
  place: Place,
  shape: ConvolutionShape,
  activation: ActivationName,
): BuiltLayer {
  const convolution = new Convolution(place, shape);
  const activated = new Activated(activation, place.outputShape);
  // A ReLU comes for nothing where the products are written.
  const rectifies = activation === "relu";
  const width = place.outputShape.at(-1)!;
  return {
    activation,
    operations: convolution.operations,
    room: (purpose, rows) => ({
      ...(purpose === "training" && place.parameters.bias && { sums: { shape: [rows, width] } }),
      ...activated.room(purpose, rows),
    }),
    forward(plan, pass) {
      convolution.forward(plan, pass.rows, pass.x, activated.target(pass), rectifies ? 0 : undefined);
      if (!rectifies) activated.forward(plan, pass);
    },
    backward(plan, pass) {
      activated.backward(plan, pass);
      convolution.backward(plan, pass);
    },
    gradient: (plan, pass) => convolution.gradient(plan, pass),
    refresh: (plan) => convolution.refresh(plan),
    bound: (input, largest) => activated.bound(convolution.bound(input, largest)),
  };
}
