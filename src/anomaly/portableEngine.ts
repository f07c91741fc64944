import { requireOptions } from "../common/check.js";
import { type Engine, isEngine } from "../engine/engine.js";
import type { EngineOptions } from "../engine/engineOptions.js";

/**
 * What a detector calculates with: by default with portable math, so that the same rows are flagged on every machine.
 *
 * @throws {ArgumentError} unless it is an engine, or options of one
 */
export function portableByDefault(given: EngineOptions | Engine = {}): EngineOptions | Engine {
  if (isEngine(given)) return given;
  requireOptions("the engine", given);
  return { math: "portable", ...given };
}
