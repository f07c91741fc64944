import { expect, test } from "vitest";
import { type AutoencoderOptions, dense } from "../../src/index.js";
import { hashedUniform } from "../golden/load.js";
import { hasMnist, PIXELS } from "../support/mnist.js";
import { digits, expectReached, PATIENCE, type Range, thorough, withEachSeed } from "./canon.js";

/** Layers of the given widths from 784 and back: ReLU, and a sigmoid at the end. */
function mirrored(...units: number[]): AutoencoderOptions {
  return {
    inputSize: PIXELS,
    encoder: units.map((width) => dense(width, "relu")),
    decoder: [
      ...units
        .slice(0, -1)
        .toReversed()
        .map((width) => dense(width, "relu")),
      dense(PIXELS, "sigmoid"),
    ],
    loss: "binaryCrossentropy",
  };
}

const fit = { epochs: 50, batchSize: 256 };

/** Ten seeds. Where a run ends depends on the seed more than three seeds show. */
const SEEDS = [10, 1, 2, 3, 4, 5, 6, 7, 8, 9];

// The rows "MNIST t10k, 9,000 / 1,000" of the reference results: PyTorch, three seeds. Ten seeds of PyTorch 2.15 (Glorot's
// weights, Adam with ε 1e-7) end at 0.0991 to 0.1016, mean 0.1003, and for the deep network at 0.1021 to 0.1067, mean 0.1048; ten
// seeds here at 0.0991 to 0.1011, mean 0.1004, and 0.1013 to 0.1082, mean 0.1048. So ten seeds are compared with ten; the one
// seed of a quick run shows that training arrives at the reference's three.
test.skipIf(!hasMnist)(
  "784-32-784 on real digits reaches 0.0991 to 0.0998 (skipped without ../shared/data)",
  { timeout: PATIENCE },
  async () => {
    const { training, heldOut } = digits();
    const found = await withEachSeed(
      mirrored(32),
      training,
      fit,
      async (model) => {
        const { loss } = await model.evaluate(heldOut);
        const errors = await model.reconstructionError(heldOut);
        const squared = errors.reduce((sum, value) => sum + value, 0) / errors.length;
        return { loss, squared, training: model.history.loss.at(-1)! };
      },
      SEEDS,
    );
    // Thrice the standard error of the difference of two means of ten.
    const range: Range = thorough ? [0.0991, 0.1003 + 0.0009] : [0.0991, 0.0998];
    expectReached(
      "held-out loss",
      found.map(({ loss }) => loss),
      range,
    );
    for (const { loss, squared, training } of found) {
      expect(loss).toBeGreaterThan(0.097);
      expect(squared).toBeLessThan(0.0125);
      expect(training).toBeLessThanOrEqual(thorough ? 0.1015 : 0.0995);
    }
  },
);

test.skipIf(!hasMnist)(
  "784-128-64-32-64-128-784 on real digits reaches 0.1042 to 0.1048 (skipped without ../shared/data)",
  { timeout: PATIENCE },
  async () => {
    const { training, heldOut } = digits();
    const losses = await withEachSeed(
      mirrored(128, 64, 32),
      training,
      fit,
      async (model) => (await model.evaluate(heldOut)).loss,
      SEEDS,
    );
    const range: Range = thorough ? [0.1042, 0.1048 + 0.0022] : [0.1042, 0.1048];
    expectReached("held-out loss", losses, range);
  },
);

// The row "60,000 × 784 uniform random in [0, 1)" of the reference results: Keras.
test("784-32-784 on uniform noise has the losses 0.6932, 0.6930, 0.6930, 0.6929 and 0.6929", async () => {
  const noise = hashedUniform(1, 60_000 * PIXELS, 0, 1);
  const [losses] = await withEachSeed(
    mirrored(32),
    noise,
    { epochs: 5, batchSize: 256 },
    ({ history }) => history.loss,
    [1],
  );
  [6932, 6930, 6930, 6929, 6929].forEach((expected, epoch) => {
    expect(Math.abs(1e4 * losses![epoch]! - expected)).toBeLessThan(2);
  });
});
