// Prints the standard normal numbers that a gaussian latent draws in training, as the built kernels of the portable build
// give them: JSON, [epochs][rows · columns].  node test/golden/epsilon.mjs SEED EPOCHS ROWS COLUMNS
import { readFileSync } from "node:fs";

const [seed, epochs, rows, columns] = process.argv.slice(2).map(Number);
/** STREAM_LATENT, STEP_INDICES and STEP_EPOCH of assembly/abi.ts. */
const [STREAM, INDICES, EPOCH] = [3, 0, 8];
const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536, shared: true });
const wasm = readFileSync(new URL("../../build/wasm/simd.wasm", import.meta.url));
const imports = { env: { memory }, engine: { sleep: () => 2 } };
const { exports: kernels } = new WebAssembly.Instance(new WebAssembly.Module(wasm), imports);
const step = Math.ceil(kernels.heapBase() / 64) * 64;
const scratch = step + 64;
const indices = scratch + 512;
const values = Math.ceil((indices + rows * 4) / 64) * 64;
const words = new Uint32Array(memory.buffer);
const floats = new Float32Array(memory.buffer, values, rows * columns);
words[step / 4 + INDICES] = indices;
for (let row = 0; row < rows; row++) words[indices / 4 + row] = row;
const drawn = Array.from({ length: epochs }, (_, epoch) => {
  words[step / 4 + EPOCH] = epoch;
  floats.fill(0);
  kernels.gaussianNoise(0, rows, columns, values, values, step, STREAM, seed, 0, 1, scratch);
  return Array.from(floats);
});
console.log(JSON.stringify(drawn));
