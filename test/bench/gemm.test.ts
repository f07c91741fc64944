import { Engine } from "isthmus";
import { expect, test } from "vitest";
import { product } from "../../bench/isthmus/product.mjs";

test.each([false, true])(
  "the bench's product runs on the engine's kernels (A transposed: %s)",
  async (transposed) => {
    const engine = await Engine.create({ threads: 1, math: "portable" });
    const { run, release } = product(engine, { m: 7, n: 19, k: 5, transposed });
    expect(run).not.toThrow();
    release();
    await engine.dispose();
  },
);
