import { SCRATCH_BYTES, TILE_2X16, TILE_4X8, TILE_4X16, TILE_6X8, TILE_6X16 } from "../../assembly/abi.js";
import type { BuildName } from "./binaries.js";
import type { Kernels } from "./kernels.js";
import type { EngineMemory } from "./memory.js";

/** How the tiles are called, rows × columns. */
export const TILE_NAMES: Record<number, string> = {
  [TILE_4X8]: "4x8",
  [TILE_6X8]: "6x8",
  [TILE_2X16]: "2x16",
  [TILE_4X16]: "4x16",
  [TILE_6X16]: "6x16",
};

/** Tiles worth trying; the others lost everywhere they were measured. The first one is the most likely winner. */
const CANDIDATES = {
  simd: [TILE_4X8, TILE_2X16, TILE_6X8],
  relaxed: [TILE_6X8, TILE_2X16, TILE_4X8],
  turbo: [TILE_6X16, TILE_4X16, TILE_6X8],
};

/** How long trying may take, in ms. The first calls of each run in the baseline compiler's code. */
const BUDGET = 6;
/**
 * A challenger has to be this much faster than the most likely winner: a product this small is not all there is, and
 * where others keep the core busy the ranks change for a while.
 */
const MARGIN = 0.88;
/** The product that is timed: 0.8 MFLOP. */
const ROWS = 48;
const COLUMNS = 32;
const DEPTH = 256;

/** The tiles of 16 columns, and what takes their place where B has so few that half of such a tile would be wasted. */
const NARROWER = new Map([
  [TILE_2X16, TILE_4X8],
  [TILE_4X16, TILE_4X8],
  [TILE_6X16, TILE_6X8],
]);

/** The tile for a product whose B has `columns`, where `tile` is the fastest for many of them. */
export function tileFor(tile: number, columns: number): number {
  const wasted = (16 - (columns % 16)) % 16;
  return wasted >= 8 && columns < 32 ? (NARROWER.get(tile) ?? tile) : tile;
}

const chosen = new Map<string, number>();

/** The fastest tile of the matrix product here; timed once a process. All tiles give the same bits. */
export function chooseTile(kernels: Kernels, memory: EngineMemory, build: BuildName, turbo: boolean): number {
  const key = turbo ? "turbo" : build;
  const known = chosen.get(key);
  if (known !== undefined) return known;
  const floats = memory.allocate(4 * (ROWS * DEPTH + COLUMNS * DEPTH + ROWS * COLUMNS + COLUMNS));
  const scratch = memory.allocate(SCRATCH_BYTES);
  const a = floats.at();
  const b = a + 4 * ROWS * DEPTH;
  const c = b + 4 * COLUMNS * DEPTH;
  const seed = c + 4 * ROWS * COLUMNS;
  const product = (tile: number) => {
    const start = performance.now();
    kernels.gemm(tile, 0, ROWS, COLUMNS, DEPTH, a, DEPTH * 4, 4, b, seed, 0, c, COLUMNS * 4, scratch.at());
    return performance.now() - start;
  };
  const tile = fastest(CANDIDATES[key], product);
  scratch.release();
  floats.release();
  chosen.set(key, tile);
  return tile;
}

/**
 * Takes turns, so that a disturbance does not hit one candidate alone, and compares the lower quartiles of their times:
 * the slow ones are the baseline compiler's, and the one best is often a short rise of the processor's clock.
 */
function fastest(candidates: readonly number[], time: (candidate: number) => number): number {
  const times = new Map<number, number[]>(candidates.map((candidate) => [candidate, []]));
  const end = performance.now() + BUDGET;
  do {
    for (const candidate of candidates) times.get(candidate)!.push(time(candidate));
  } while (performance.now() < end);
  const quartile = (candidate: number) => {
    const sorted = times.get(candidate)!.sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 4)]!;
  };
  const [first, ...rest] = candidates as [number, ...number[]];
  return rest.reduce(
    (winner, candidate) =>
      quartile(candidate) < quartile(winner) * (winner === first ? MARGIN : 1) ? candidate : winner,
    first,
  );
}
