import { describe, expect, test, vi } from "vitest";
import {
  ArgumentError,
  type Autoencoder,
  dense,
  Engine,
  NonFiniteError,
  OutOfMemoryError,
} from "../../src/index.js";
import { bits, failure, smallModel, values, weightBits } from "../support/models.js";

/** How many values were read, each pass over the data anew; copies of an array count for the same. */
const read = { values: 0 };

/** Values of which no part is looked at without being counted. */
class CountedArray extends Float32Array {
  override subarray(begin = 0, end = this.length): Float32Array<ArrayBuffer> {
    const part = new Float32Array(this.buffer as ArrayBuffer, this.byteOffset + begin * 4, end - begin);
    read.values += part.length;
    return part;
  }
}

const ROWS = 120;
const samples = values(ROWS, 6, 1, -3, 5);

function create(options: Parameters<typeof smallModel>[0] = {}): Promise<Autoencoder> {
  return smallModel({ scaling: "minMax", ...options });
}

/** Times that `model.fit` goes through its samples before the first step. */
async function passes(model: Autoencoder): Promise<number> {
  const counted = CountedArray.from(samples) as CountedArray;
  read.values = 0;
  let before = 0;
  const onTrainBegin = () => {
    before = read.values;
  };
  await model.fit(counted, { callbacks: [{ onTrainBegin }] });
  // Nor does anything look at them later.
  expect(read.values).toBe(before);
  return before / samples.length;
}

describe("samples in memory are gone through", () => {
  test.each(["minMax", "standard"] as const)(
    "twice to be checked, learnt from, scaled and copied: %s",
    async (scaling) => {
      const model = await create({ scaling });
      expect(await passes(model)).toBe(2);
      // Once it has learnt, and without a scaling, it is the same.
      expect(await passes(model)).toBe(2);
      expect(await passes(await smallModel())).toBe(2);
    },
  );
});

const BOUNDED = { decoder: [dense(6, "sigmoid")], loss: "binaryCrossentropy" } as const;

describe("a refused fit changes nothing", () => {
  const far = samples.map((value) => value * 2);

  test("validation data that the scaling takes out of the range", async () => {
    const model = await create(BOUNDED);
    const before = weightBits(model);
    const error = await failure(() => model.fit(samples, { validationData: far }));
    expect(error).toBeInstanceOf(ArgumentError);
    expect((error as Error).message).toMatch(/^row \d+, column \d of validationData is .* outside the range/);
    expect(model.scaling).toBeUndefined();
    expect(weightBits(model)).toBe(before);
  });

  test("rows split off for validation, which are counted among all samples", async () => {
    const model = await create(BOUNDED);
    const bad = samples.slice();
    bad[110 * 6 + 2] = 99;
    const error = await failure(() => model.fit(bad, { validationSplit: 0.25 }));
    expect((error as Error).message).toMatch(
      /^row 110, column 2 of samples is 99, which is outside the range/,
    );
    expect(model.scaling).toBeUndefined();
    bad[110 * 6 + 2] = Number.NaN;
    const nan = await failure(() => model.fit(bad, { validationSplit: 0.25 }));
    expect(nan).toBeInstanceOf(NonFiniteError);
    expect((nan as Error).message).toMatch(/^row 110, column 2 of samples is NaN/);
    expect(model.scaling).toBeUndefined();
  });

  test("training samples out of the range of what was learnt before", async () => {
    const [model, twin] = [await create(BOUNDED), await create(BOUNDED)];
    for (const each of [model, twin]) each.fitSync(samples);
    const learnt = model.scaling!;
    const error = await failure(() => model.fit(far, { epochs: 3 }));
    expect((error as Error).message).toMatch(/of samples is .* outside the range/);
    expect(model.scaling).toEqual(learnt);
    expect(model.history.loss).toEqual(twin.history.loss);
    for (const each of [model, twin]) each.fitSync(samples);
    expect(weightBits(model)).toBe(weightBits(twin));
  });

  test("a value that is too far to be scaled", async () => {
    const model = await create({ scaling: "standard" });
    const held = Float64Array.from(samples);
    held[5 * 6] = 1e39;
    const error = await failure(() => model.fit(samples, { validationData: held }));
    expect(error).toBeInstanceOf(NonFiniteError);
    expect((error as Error).message).toMatch(
      /^row 5, column 0 of validationData is 1e\+39, which is too far/,
    );
    expect(model.scaling).toBeUndefined();
  });

  test("memory that runs out anywhere", async () => {
    const engine = await Engine.create();
    const model = await create({ engine });
    const allocate = engine.memory.allocate.bind(engine.memory);
    let [refused, began] = [0, false];
    for (let failing = 0; !began; failing++) {
      let count = 0;
      const spy = vi.spyOn(engine.memory, "allocate").mockImplementation((size) => {
        if (count++ === failing) throw new OutOfMemoryError("refused");
        return allocate(size);
      });
      const onTrainBegin = () => {
        began = true;
      };
      await model.fit(samples, { callbacks: [{ onTrainBegin }] }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(OutOfMemoryError);
        refused++;
      });
      spy.mockRestore();
      expect(model.scaling === undefined).toBe(!began);
    }
    expect(refused).toBeGreaterThan(3);
    await engine.dispose();
  });
});

test("what is learnt from a part is not touched by the rows split off", async () => {
  const [whole, part] = [await create(), await create()];
  const held = samples.slice();
  held.fill(1000, 90 * 6);
  whole.fitSync(held, { validationSplit: 0.25 });
  part.fitSync(samples.subarray(0, 90 * 6), { validationData: held.subarray(90 * 6) });
  const { offset, scale } = whole.scaling!;
  expect(bits(offset, scale)).toBe(bits(part.scaling!.offset, part.scaling!.scale));
  expect(weightBits(whole)).toBe(weightBits(part));
});
