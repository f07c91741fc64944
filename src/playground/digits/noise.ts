import type { Corruption } from "../../index.js";
import { Random } from "./seededRandom.js";

/** Adds the noise that a denoising model trains with. Values may end outside 0 to 1. */
export function corrupted(pictures: Float32Array, corruption: Corruption, seed: number): Float32Array {
  const random = new Random(seed);
  return pictures.map((value) => {
    if (corruption.kind === "gaussianNoise") return value + corruption.deviation * random.normal();
    const draw = random.uniform();
    if (draw >= corruption.rate) return value;
    if (corruption.kind === "maskingNoise") return 0;
    return draw < corruption.rate / 2 ? 0 : 1;
  });
}
