import { expect, test } from "vitest";
import { conv2d, conv2dTranspose, dense, flatten, reshape } from "../../src/index.js";
import { hasMnist, PIXELS } from "../support/mnist.js";
import { digits, expectReached, PATIENCE, strided, withEachSeed } from "./canon.js";

// The row "strided convolutional, code of 32" of the reference results.
test.skipIf(!hasMnist)(
  "a strided convolutional autoencoder reaches 0.0817 to 0.0830 (skipped without ../shared/data)",
  { timeout: PATIENCE },
  async () => {
    const { training, heldOut } = digits();
    const options = {
      inputShape: [28, 28, 1],
      encoder: [conv2d(16, 3, "relu", strided), conv2d(32, 3, "relu", strided), flatten(), dense(32)],
      decoder: [
        dense(1568, "relu"),
        reshape([7, 7, 32]),
        conv2dTranspose(16, 3, "relu", strided),
        conv2dTranspose(1, 3, "sigmoid", strided),
      ],
      loss: "binaryCrossentropy",
    } as const;
    const losses = await withEachSeed(options, training, { epochs: 20, batchSize: 128 }, async (model) => {
      expect(model.parameterCount).toBe(16 * 10 + 32 * 145 + 1569 * 32 + 1568 * 33 + 16 * 289 + 145);
      const codes = await model.encode(heldOut.subarray(0, 2 * PIXELS));
      expect([codes.rows, codes.columns]).toEqual([2, 32]);
      return (await model.evaluate(heldOut)).loss;
    });
    expectReached("held-out loss", losses, [0.0817, 0.083]);
  },
);
