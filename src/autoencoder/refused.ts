import type { Samples } from "../data/samples.js";
import { isStream, type SampleStream } from "../training/sampleStream.js";

/**
 * Runs `check` and reports its error the way a call with samples would: as a rejected promise, or, for a stream, thrown
 * at once, since the call returns a generator.
 *
 * @returns undefined if `check` does not throw
 */
export function refused(samples: Samples | SampleStream, check: () => void): Promise<never> | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (isStream(samples)) throw error;
    return Promise.reject(error);
  }
}
