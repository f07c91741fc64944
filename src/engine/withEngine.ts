import { Engine, isEngine } from "./engine.js";
import type { EngineOptions } from "./engineOptions.js";

/**
 * Calls `build` with an engine: the given one, or a new one, which is disposed of if `build` fails.
 *
 * @param build `own` is the engine if it is new: what is built must dispose of it
 */
export async function withEngine<T>(
  given: EngineOptions | Engine,
  build: (engine: Engine, own: Engine | undefined) => T | Promise<T>,
): Promise<T> {
  if (isEngine(given)) return build(given, undefined);
  const own = await Engine.create(given);
  try {
    return await build(own, own);
  } catch (error) {
    await own.dispose();
    throw error;
  }
}
