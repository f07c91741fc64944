import { SCRATCH_BYTES, TILE_4X16, TILE_6X8, TILE_6X16 } from "../../assembly/abi.js";
import type { Kernels } from "./kernels.js";
import type { EngineMemory } from "./memory.js";

/**
 * What `fingerprint` gives for the relaxed build where multiply-adds are fused, without the revectorizer; a test
 * compares it with what the kernels compute then.
 */
export const FUSED_FINGERPRINT = 2690134488;

const ROWS = 13;
const COLUMNS = 37;
const DEPTH = 29;
/** The first prime after each kernel's vector and tile widths, so that tails are run, too. */
const COUNT = 131;

/**
 * A 32-bit hash (FNV-1a) of what a set of kernels makes of fixed inputs: products with every tile that turbo uses,
 * cross-entropy, Adam and the random normals, which between them use all the vector operations there are.
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
  let hash = 0x811c9dc5;
  for (const word of floats.words()) hash = Math.imul(hash ^ word, 0x01000193) >>> 0;
  floats.release();
  scratch.release();
  return hash;
}
