import { SCRATCH_BYTES } from "../../assembly/abi.js";
import type { KernelFields, PlanBuilder } from "../engine/plan.js";
import { NOWHERE, type Tensor } from "../engine/tensor.js";
import { ACTIVATIONS, type ActivationName } from "./activations.js";
import type { LayerPass, Place, Purpose, Room } from "./layer.js";
import type { Parameter } from "./parameter.js";
import { inPieces } from "./pieces.js";
import type { RecurrentFields } from "./recurrentOptions.js";
import { asMatrix } from "./shape.js";

/** Rows that go through the steps together: few, so that a step's values stay in the fastest cache. A multiple of every
 * tile's height. */
const ROWS = 24;
/** Places at a time in the gradients of the weights. A constant, since it determines the order of their sums. */
const PLACES = 256;
/** Values that are kept of each unit's gates. */
const KEPT = 4;

/** The kernels' fields that both directions share. */
type Fields = Pick<
  KernelFields["lstm"],
  | "activation"
  | "recurrentActivation"
  | "rows"
  | "steps"
  | "inputs"
  | "units"
  | "repeated"
  | "sequences"
  | "block"
>;

/**
 * What LSTMs and GRUs share: packed weights, what a training pass keeps, and the gradients of weights and biases. The
 * recurrences themselves are kernels that take a block of rows through all steps.
 *
 * Per row and step, a training pass keeps the gates (4·units; they become their gradients), the states (units), for
 * LSTMs the cells (units), and unless the input is repeated a copy of it, step by step. Prediction keeps nothing.
 */
export class Recurrent {
  readonly #place: Place;
  readonly #layer: RecurrentFields;
  readonly #gates: 3 | 4;
  readonly #steps: number;
  readonly #inputs: number;
  readonly #repeated: boolean;
  readonly #inputWeight: Parameter;
  readonly #stateWeight: Parameter;
  /** Weights packed for the products with inputs and states. */
  readonly #inputPack: Tensor;
  readonly #statePack: Tensor;
  /** Weights packed for the products with gradients. */
  readonly #inputPackBack: Tensor;
  readonly #statePackBack: Tensor;

  /** @param gates number of gates: 4 for LSTMs, 3 for GRUs */
  constructor(place: Place, layer: RecurrentFields, gates: 3 | 4) {
    const { engine, storage, inputShape, repeats, first, parameters } = place;
    const { units } = layer;
    this.#place = place;
    this.#layer = layer;
    this.#gates = gates;
    this.#repeated = repeats !== undefined;
    this.#steps = repeats ?? inputShape[0]!;
    this.#inputs = inputShape.at(-1)!;
    this.#inputWeight = parameters.weight_ih_l0!;
    this.#stateWeight = parameters.weight_hh_l0!;
    const { rows } = this.#stateWeight;
    this.#inputPack = storage.floats(engine.packedSize(this.#inputs, rows));
    this.#statePack = storage.floats(engine.packedSize(units, rows));
    this.#inputPackBack = first ? NOWHERE : storage.floats(engine.packedSize(rows, this.#inputs));
    this.#statePackBack = storage.floats(engine.packedSize(rows, units));
  }

  /** Floating-point operations per sample. */
  get operations(): number {
    return 2 * (this.#steps * this.#stateWeight.size + this.#inputSteps * this.#inputWeight.size);
  }

  /** Number of different inputs of a sample. */
  get #inputSteps(): number {
    return this.#repeated ? 1 : this.#steps;
  }

  /** The bias of the inputs, and that of the states. */
  get #biases(): { readonly bias: Tensor; readonly stateBias: Tensor } {
    const { parameters, values } = this.#place;
    const of = (name: string) => parameters[name]?.in(values) ?? NOWHERE;
    return { bias: of("bias_ih_l0"), stateBias: of("bias_hh_l0") };
  }

  /** Whether the sums of the gradients over the steps are needed: for biases, and for an input that is repeated. */
  get #summed(): boolean {
    return this.#layer.bias || this.#repeated;
  }

  room(purpose: Purpose, rows: number): Readonly<Record<string, Room>> {
    if (purpose !== "training") return {};
    const { units } = this.#layer;
    const steps = this.#steps;
    return {
      gates: { shape: [steps, rows, KEPT * units] },
      states: { shape: [steps, rows, units] },
      ...(!this.#repeated && { sources: { shape: [steps, rows, this.#inputs] } }),
      ...(this.#summed && { sums: { shape: [rows, this.#gates * units] } }),
    };
  }

  /** Room for values of each unit at each step. */
  stepRoom(rows: number): Room {
    return { shape: [this.#steps, rows, this.#layer.units] };
  }

  /** The fields of both directions; adds what a forward pass of these rows computes to the plan's operations. */
  #fields(plan: PlanBuilder, rows: number): Fields {
    const { units, activation, recurrentActivation, returnSequences } = this.#layer;
    const gates = this.#gates * units;
    const floats = Math.max(12 * ROWS * units + 2 * gates, ROWS * 5 * units + this.#inputs + units);
    plan.scratch(SCRATCH_BYTES + floats * Float32Array.BYTES_PER_ELEMENT);
    plan.operations += rows * this.operations;
    return {
      activation: ACTIVATIONS[activation],
      recurrentActivation: ACTIVATIONS[recurrentActivation],
      rows,
      steps: this.#steps,
      inputs: this.#inputs,
      units,
      repeated: this.#repeated,
      sequences: returnSequences,
      block: ROWS,
    };
  }

  /** The fields of a forward pass that both kinds have. */
  forwardFields(plan: PlanBuilder, { rows, x, y, kept }: LayerPass) {
    const { gates = NOWHERE, states = NOWHERE, sources = NOWHERE } = kept;
    const [inputWeights, stateWeights] = [this.#inputPack, this.#statePack];
    const tile = this.#tiles(plan).gates;
    return {
      ...this.#fields(plan, rows),
      ...this.#biases,
      ...{ tile, x, inputWeights, stateWeights, y, gates, states, sources },
    };
  }

  /** The fields of a backward pass that both kinds have. */
  backwardFields(plan: PlanBuilder, { rows, dy, dx = NOWHERE, kept }: LayerPass) {
    const { units, inputs } = this.#tiles(plan);
    const [inputWeights, stateWeights] = [this.#inputPackBack, this.#statePackBack];
    const sums = kept.sums ?? NOWHERE;
    return {
      ...this.#fields(plan, rows),
      ...{ tile: units, inputTile: inputs, inputWeights, stateWeights, gates: kept.gates!, dy, dx, sums },
    };
  }

  /** The tiles of the products with all gates, with units, and with inputs. */
  #tiles(plan: PlanBuilder): { readonly gates: number; readonly units: number; readonly inputs: number } {
    const { units } = this.#layer;
    return {
      gates: plan.tileFor(this.#gates * units),
      units: plan.tileFor(units),
      inputs: plan.tileFor(this.#inputs),
    };
  }

  /** Adds the gradients of the weights and of the bias of the inputs. */
  gradient(plan: PlanBuilder, { rows, x, kept, gradients }: LayerPass): void {
    const { units } = this.#layer;
    const width = this.#gates * units;
    const gates = asMatrix(kept.gates as Tensor);
    // The sums over the states: all steps but the first, with the state before each. The last unit of a GRU has its
    // own gradient for them, behind that for the inputs.
    const split = this.#gates === 3 ? 2 * units : width;
    const skip = this.#gates === 3 ? units : 0;
    const later = this.#steps > 1 ? gates.part(rows) : gates;
    this.#product(plan, this.#stateWeight, gradients.weight_hh_l0!, {
      n: units,
      places: (this.#steps - 1) * rows,
      source: later,
      sourceStep: KEPT * units,
      split,
      skip,
      slopes: kept.states!,
    });
    const whole = { n: this.#inputs, split: width, skip: 0 };
    this.#product(
      plan,
      this.#inputWeight,
      gradients.weight_ih_l0!,
      this.#repeated
        ? { ...whole, places: rows, source: kept.sums!, sourceStep: width, slopes: x }
        : {
            ...whole,
            places: this.#steps * rows,
            source: gates,
            sourceStep: KEPT * units,
            slopes: kept.sources!,
          },
    );
    this.biasGradient(plan, rows, kept.sums, gradients.bias_ih_l0);
  }

  /** Adds the gradient of a bias, if there is one: the sums over the rows of what the backward pass has summed. */
  biasGradient(
    plan: PlanBuilder,
    rows: number,
    source: LayerPass["kept"][string] | undefined,
    sums: Tensor | undefined,
  ): void {
    const columns = this.#gates * this.#layer.units;
    if (sums) plan.call("columnSums", columns, { rows, columns, source: source!, sums });
  }

  /** Packs the weights again, after they have changed. */
  refresh(plan: PlanBuilder): void {
    const { values, first } = this.#place;
    const [input, state] = [this.#inputWeight.in(values), this.#stateWeight.in(values)];
    plan.packColumns(input, this.#inputPack).packColumns(state, this.#statePack);
    plan.packRows(state, this.#statePackBack);
    if (!first) plan.packRows(input, this.#inputPackBack);
  }

  /** An upper bound of the output. Other activations than the usual ones can grow from step to step. */
  get bound(): number {
    const { activation, recurrentActivation } = this.#layer;
    const bounded: readonly ActivationName[] = ["tanh", "sigmoid"];
    return bounded.includes(activation) && recurrentActivation === "sigmoid" ? 1 : Number.MAX_VALUE;
  }

  #product(
    plan: PlanBuilder,
    { rows }: Parameter,
    gradient: Tensor,
    fields: Omit<KernelFields["recurrentGradient"], "tile" | "zeros" | "gradient" | "block" | "start">,
  ): void {
    const { n, places } = fields;
    plan.scratch(SCRATCH_BYTES + (PLACES * (n + 16) + rows * n) * Float32Array.BYTES_PER_ELEMENT);
    const tile = plan.tileFor(n);
    const { zeros } = this.#place;
    inPieces(plan, places, 2 * places * rows * n, PLACES, (start, end) => {
      plan.call("recurrentGradient", rows, {
        ...fields,
        start,
        places: end,
        tile,
        zeros,
        gradient,
        block: PLACES,
      });
    });
  }
}
