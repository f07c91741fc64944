import { describe, expect, test } from "vitest";
import { STEP_EPOCH, STEP_INDICES, STEP_WORDS } from "../../assembly/abi.js";
import { BUILDS } from "../support/kernels.js";
import { inShares, Sandbox } from "./sandbox.js";
import { distinct, expectSameBits, SIZES } from "./values.js";

const ROWS = 21;
const POSITIONS = 3;

describe.each(BUILDS)("%s", (build) => {
  const box = new Sandbox(build);

  test("channels are dropped as a whole, by the noise that dropout of one value a channel has", () => {
    const [threshold, scale] = [2 ** 31, 2];
    for (const channels of SIZES) {
      const words = new Uint32Array(STEP_WORDS);
      words[STEP_INDICES] = box
        .words(ROWS)
        .set(Array.from({ length: ROWS }, (_, i) => 3 * i))
        .at();
      words[STEP_EPOCH] = 2;
      const noise = [box.words(STEP_WORDS).set(words).at(), 65540, 8, 9] as const;
      const size = POSITIONS * channels;
      const values = distinct(ROWS * size, 1);
      // What is dropped is 0, whatever it was.
      values.set([Infinity, NaN, -Infinity].slice(0, channels));
      const source = box.floats(ROWS, size).set(values);
      const slopes = distinct(ROWS * size, 2);
      const dy = box.floats(ROWS, size).set(slopes);
      const [target, mask, dx] = [box.floats(ROWS, size), box.floats(ROWS, channels), box.floats(ROWS, size)];
      const ones = box.floats(ROWS, channels).set(new Float32Array(ROWS * channels).fill(1));
      const dropped = box.floats(ROWS, channels);
      const scratch = box.scratch();
      const { kernels } = box;
      kernels.replacementNoise(
        ...[0, ROWS, channels, ones.at(), dropped.at(), ...noise, threshold, threshold, scale, scratch],
      );
      inShares(ROWS, [16], (begin, end) => {
        const addresses = [source.at(), target.at(), mask.at()] as const;
        kernels.spatialDropout(
          ...[begin, end, POSITIONS, channels, ...addresses, ...noise, threshold, scale, scratch],
        );
        kernels.spatialDropoutBackward(begin, end, POSITIONS, channels, dy.at(), mask.at(), dx.at());
      });
      box.check(`spatialDropout, ${channels} channels`);
      expectSameBits(mask.bits(), dropped.bits(), "mask");
      const factors = mask.get();
      if (channels > 4) expect(new Set(factors)).toEqual(new Set([0, 2]));
      const masked = (from: Float32Array) =>
        from.map((value, i) => {
          const factor = factors[Math.floor(i / size) * channels + (i % channels)]!;
          return factor === 0 ? 0 : factor * value;
        });
      expect(target.get()).toEqual(masked(values));
      expect(dx.get()).toEqual(masked(slopes));
      box.clear();
    }
  });
});
