import { ArgumentError } from "../../common/errors.js";
import type { GraphWeight } from "../modelGraph.js";
import { narrowed, type WeightType } from "./narrowed.js";
import type { RuntimePieces } from "./runtimePieces.js";

/** Characters in a line of base64. */
const LINE = 120;

/** How the module reads numbers of each type. */
const READERS = { f32: "singleFloats", f16: "halfFloats", bf16: "brainFloats", f64: "doubleFloats" } as const;

/** The weights of a module, in one block of base64. Layers have constants that hold their parts of it. */
export class WeightBlock {
  readonly #type: WeightType;
  readonly #arrays: Float32Array[] = [];
  readonly #constants: string[] = [];
  readonly #names = new Set<string>();
  #length = 0;

  constructor(type: WeightType) {
    this.#type = type;
  }

  /** How many weights there are. */
  get length(): number {
    return this.#length;
  }

  /**
   * Adds the weights of a layer.
   *
   * @param name what its constant is called
   * @param fields its weights by the names that the runtime gives them; those that are undefined are left out
   * @returns the constant's name
   */
  add(name: string, fields: Readonly<Record<string, GraphWeight | undefined>>): string {
    if (this.#names.has(name)) throw new ArgumentError(`two layers are called ${name}`);
    this.#names.add(name);
    const parts = Object.entries(fields).flatMap(([field, weight]) => {
      if (!weight) return [];
      const { data, shape } = weight;
      const from = this.#length;
      this.#arrays.push(data);
      this.#length += data.length;
      return [`  ${field}: WEIGHTS.subarray(${from}, ${this.#length}), // [${shape.join(", ")}]`];
    });
    this.#constants.push(`const ${name} = {\n${parts.join("\n")}\n};`);
    return name;
  }

  /** The text of the block and all constants, and the largest difference that narrowing makes. */
  text(pieces: RuntimePieces): { text: string; largestDifference: number } {
    const all = new Float32Array(this.#length);
    let at = 0;
    for (const array of this.#arrays) {
      all.set(array, at);
      at += array.length;
    }
    const { bytes, largestDifference } = narrowed(all, this.#type);
    const block = `const WEIGHTS = ${pieces.use(READERS[this.#type])}(${base64Text(bytes)});`;
    return { text: [block, ...this.#constants].join("\n\n"), largestDifference };
  }
}

/** An expression for float64 numbers, of which many must stay exact. */
export function doublesText(values: Float64Array, pieces: RuntimePieces): string {
  if (values.length <= 8) return `[${Array.from(values, exact).join(", ")}]`;
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return `${pieces.use(READERS.f64)}(${base64Text(bytes)})`;
}

function exact(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Base64 in lines, which `atob` takes. */
function base64Text(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const lines = btoa(binary).match(new RegExp(`.{1,${LINE}}`, "g")) ?? [];
  return lines.length > 1 ? `\`\n${lines.join("\n")}\n\`` : `"${lines[0] ?? ""}"`;
}
