import {
  SCRATCH_BYTES,
  STEP_INDICES,
  STEP_WORDS,
  TILE_4X16,
  TILE_6X8,
  TILE_6X16,
} from "../../assembly/abi.js";
import type { Kernels } from "./kernels.js";
import type { Address, EngineMemory } from "./memory.js";

/**
 * The result of `fingerprint` for the relaxed build with fused multiply-adds and without the revectorizer. A test
 * compares it with what the kernels compute.
 */
export const FUSED_FINGERPRINT = 3547128121;

const ROWS = 13;
const COLUMNS = 37;
const DEPTH = 29;
/** The first prime above the kernels' vector and tile widths, so that tails run too. */
const COUNT = 131;

/**
 * A 32-bit hash (FNV-1a) of the results of a set of kernels on fixed inputs: products with every tile that turbo uses,
 * cross-entropy, Adam, random normals and noise. Together they use every vector operation.
 */
export function fingerprint(kernels: Kernels, memory: EngineMemory): number {
  const scratch = memory.allocate(SCRATCH_BYTES);
  const floats = memory.allocate(4 * 8192);
  const at = (index: number) => floats.at(4 * index);
  kernels.randomNormal(at(0), 4096, 0, 2, 1, 2, 3, 4, 5, scratch.at());
  const [a, b, seed, c] = [at(0), at(512), at(2048), at(4096)];
  for (const tile of [TILE_6X8, TILE_4X16, TILE_6X16]) {
    const to = c + 4 * tile * ROWS * COLUMNS;
    kernels.gemm(tile, 0, ROWS, COLUMNS, DEPTH, a, DEPTH * 4, 4, b, seed, 0, to, COLUMNS * 4, scratch.at());
  }
  kernels.binaryCrossentropyLogits(0, 1, COUNT, at(0), at(512), at(1024), floats.at(4 * 7168), 1 / COUNT);
  const step = floats.at(4 * 8000);
  floats.floats(4 * 8000).set([0, 0.01]);
  kernels.adam(0, COUNT, 1, at(2048), at(2304), at(2560), at(6600), step, 0.1, 0.001, 1e-7);
  addNoise(kernels, memory, [at(6800), at(6900), at(7000)], scratch.at());
  let hash = 0x811c9dc5;
  for (const word of floats.words()) hash = Math.imul(hash ^ word, 0x01000193) >>> 0;
  floats.release();
  scratch.release();
  return hash;
}

/** Both kinds of noise on a row of 83, sample 9, epoch 0. The step block contains an address, so it is not hashed. */
function addNoise(
  kernels: Kernels,
  memory: EngineMemory,
  [source, normal, replaced]: readonly [Address, Address, Address],
  scratch: Address,
): void {
  const step = memory.allocate((STEP_WORDS + 1) * 4);
  const words = step.words();
  words[STEP_INDICES] = step.at(STEP_WORDS * 4);
  words[STEP_WORDS] = 9;
  const noise = [step.at(), 2, 1, 2] as const;
  kernels.gaussianNoise(0, 1, 83, source, normal, ...noise, 0.5, scratch);
  kernels.replacementNoise(0, 1, 83, normal, replaced, ...noise, 2 ** 31, 2 ** 30, 1.5, scratch);
  step.release();
}
