import { expect, test } from "vitest";
import { hasMnist } from "../support/mnist.js";
import { digits, expectReached, PATIENCE, patient, pooled, withEachSeed } from "./canon.js";

// The row "Convolutional autoencoder for image denoising", clean part, of the reference results.
test.skipIf(!hasMnist || !patient)(
  "the pooled convolutional autoencoder reaches 0.0701 to 0.0707 (skipped without ../shared/data, and unless CANON_SEEDS is one or all)",
  { timeout: PATIENCE },
  async () => {
    const { training, heldOut } = digits();
    const losses = await withEachSeed(pooled, training, { epochs: 10, batchSize: 128 }, async (model) => {
      expect(model.parameterCount).toBe(28_353);
      return (await model.evaluate(heldOut)).loss;
    });
    expectReached("held-out loss", losses, [0.0701, 0.0707]);
  },
);
