/** A product by the engine's kernels alone. */
import { uniform, xorshift32 } from "../peers/workload.mjs";

/**
 * C[m, n] = A[m, k]·B[k, n] on fresh memory: `run` packs B and multiplies, once, by the plan that a layer would make. With
 * `transposed` A is stored as Aᵀ[k, m], as for the weight gradients; with `packed` B has been packed before.
 */
export function product(engine, { m, n, k, transposed = false, packed: before = false }) {
  const { memory } = engine;
  const sizes = { a: m * k, b: k * n, packed: engine.packedSize(k, n), c: m * n, zeros: n };
  const blocks = Object.fromEntries(
    Object.entries(sizes).map(([name, floats]) => [name, memory.allocate(4 * floats)]),
  );
  const random = xorshift32(1);
  for (const name of ["a", "b"]) blocks[name].floats().set(uniform(random, sizes[name], -1, 1));
  const tensor = (name, shape = [], strides = []) => ({ address: blocks[name].at(), shape, strides });
  const packed = tensor("packed");
  const pack = (plan) => plan.packRows(tensor("b", [k, n]), packed);
  if (before) {
    const once = pack(engine.plan()).build(memory);
    engine.run(once);
    once.release();
  }
  const builder = engine.plan();
  if (!before) pack(builder).phase();
  const a = tensor("a", [m, k], transposed ? [1, m] : [k, 1]);
  builder.product({ a, b: packed, seed: tensor("zeros"), c: tensor("c", [m, n]) });
  const plan = builder.build(memory);
  return {
    run() {
      engine.run(plan);
    },
    release() {
      plan.release();
      for (const block of Object.values(blocks)) block.release();
    },
  };
}
