import type { Samples } from "../data/samples.js";
import { isStream, type SampleStream } from "../training/sampleStream.js";

/**
 * What `check` throws, in the way in which a call with samples tells of it: by the promise that it returns; for a stream,
 * of which it returns a generator, at once.
 *
 * @returns undefined when `check` throws nothing
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
