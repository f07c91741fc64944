import { requireOptions } from "../common/check.js";
import { type Engine, isEngine } from "../engine/engine.js";
import type { EngineOptions } from "../engine/engineOptions.js";
import { withEngine } from "../engine/withEngine.js";

/** What a detector calculates with: by default with portable math, so that the same rows are flagged on every machine. */
export function portableByDefault(given: EngineOptions | Engine | undefined): EngineOptions | Engine {
  return isEngine(given) ? given : { math: "portable", ...given };
}

/** Like `withEngine`, but portable by default. */
export async function withPortableEngine<T>(
  given: EngineOptions | Engine = {},
  build: (engine: Engine, own: Engine | undefined) => Promise<T>,
): Promise<T> {
  if (!isEngine(given)) requireOptions("the engine", given);
  return withEngine(portableByDefault(given), build);
}
