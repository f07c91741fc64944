import { SCRATCH_BYTES, TILE_2X16, TILE_4X8, TILE_4X16, TILE_6X8, TILE_6X16 } from "../../assembly/abi.js";
import type { BuildName } from "./binaries.js";
import type { Kernels } from "./kernels.js";
import type { EngineMemory } from "./memory.js";

/** Names of the tiles, rows × columns. */
export const TILE_NAMES: Record<number, string> = {
  [TILE_4X8]: "4x8",
  [TILE_6X8]: "6x8",
  [TILE_2X16]: "2x16",
  [TILE_4X16]: "4x16",
  [TILE_6X16]: "6x16",
};

/** Tiles worth trying; the others were slower on every machine measured. The first one wins most often. */
const CANDIDATES = {
  simd: [TILE_4X8, TILE_2X16, TILE_6X8],
  relaxed: [TILE_6X8, TILE_2X16, TILE_4X8],
  turbo: [TILE_6X16, TILE_4X16, TILE_6X8],
};

/** Time for the measurements, in ms. The first calls of each run use code from the baseline compiler. */
const BUDGET = 6;
/** After this time, in ms, the first tile is taken if no other is faster by then. */
const HALFWAY = 3;
/**
 * Another tile must be this much faster than the first one. This small product is not the whole workload, and on a busy
 * core the order changes from moment to moment.
 */
const MARGIN = 0.88;
/** The product that is timed: 0.8 MFLOP. */
const ROWS = 48;
const COLUMNS = 32;
const DEPTH = 256;

/** Tiles of 16 columns, and the replacement when B has so few columns that half of such a tile would be wasted. */
const NARROWER = new Map([
  [TILE_2X16, TILE_4X8],
  [TILE_4X16, TILE_4X8],
  [TILE_6X16, TILE_6X8],
]);

/** The tile for a product whose B has `columns` columns; `tile` is the fastest one for many columns. */
export function tileFor(tile: number, columns: number): number {
  const wasted = (16 - (columns % 16)) % 16;
  return wasted >= 8 && columns < 32 ? (NARROWER.get(tile) ?? tile) : tile;
}

const chosen = new Map<string, number>();

/** The fastest tile of the matrix product on this machine, measured once per process. All tiles give the same bits. */
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
 * Measures the candidates in turn, so that a disturbance does not hit only one of them. Compares the lower quartiles of
 * their times: the slowest runs use baseline code, and the fastest run is often a short rise of the processor's clock.
 */
function fastest(candidates: readonly number[], time: (candidate: number) => number): number {
  const times = new Map<number, number[]>(candidates.map((candidate) => [candidate, []]));
  const start = performance.now();
  const measure = () => {
    for (const candidate of candidates) times.get(candidate)!.push(time(candidate));
  };
  const quartile = (candidate: number) => {
    const sorted = times.get(candidate)!.sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 4)]!;
  };
  const [first, ...rest] = candidates as [number, ...number[]];
  do measure();
  while (performance.now() < start + HALFWAY);
  if (rest.every((candidate) => quartile(candidate) > quartile(first))) return first;
  while (performance.now() < start + BUDGET) measure();
  return rest.reduce(
    (winner, candidate) =>
      quartile(candidate) < quartile(winner) * (winner === first ? MARGIN : 1) ? candidate : winner,
    first,
  );
}
