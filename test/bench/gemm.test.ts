import { Engine } from "isthmus";
import { expect, test } from "vitest";
import { product } from "../../bench/isthmus/product.mjs";

test.each([{}, { transposed: true }, { packed: true }])(
  "the bench's product runs on the engine's kernels: %o",
  async (how) => {
    const engine = await Engine.create({ threads: 1, math: "portable" });
    const { run, release } = product(engine, { m: 7, n: 19, k: 5, ...how });
    expect(run).not.toThrow();
    release();
    await engine.dispose();
  },
);
