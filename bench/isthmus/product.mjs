/** A product by the engine's kernels alone. */
import { uniform, xorshift32 } from "../peers/workload.mjs";

/** Room that a kernel may want for itself, in bytes. */
const SCRATCH_BYTES = 512;
/**
 * C[m, n] = A[m, k]·B[k, n] on fresh memory: `run` packs B and multiplies, once. With `transposed` A is stored as
 * Aᵀ[k, m] and read in place, as the weight gradients do.
 */
export function product(engine, { m, n, k, transposed }) {
  const { kernels, memory } = engine;
  const tile = engine.tileFor(n);
  const sizes = { a: m * k, b: k * n, packed: engine.packedSize(k, n), c: m * n, zeros: n };
  const blocks = Object.fromEntries(
    Object.entries(sizes).map(([name, floats]) => [name, memory.allocate(4 * floats)]),
  );
  const scratch = memory.allocate(SCRATCH_BYTES);
  const random = xorshift32(1);
  for (const name of ["a", "b"]) blocks[name].floats().set(uniform(random, sizes[name], -1, 1));
  const { a, b, packed, c, zeros } = Object.fromEntries(
    Object.entries(blocks).map(([name, block]) => [name, block.at()]),
  );
  const [aRow, aStep] = transposed ? [4, 4 * m] : [4 * k, 4];
  return {
    run() {
      kernels.packRows(0, k, tile, k, n, b, packed);
      kernels.gemm(tile, 0, m, n, k, a, aRow, aStep, packed, zeros, 0, c, 4 * n, scratch.at());
    },
    release() {
      for (const block of [...Object.values(blocks), scratch]) block.release();
    },
  };
}
