import { expect, test, vi } from "vitest";
import { TILE_2X16, TILE_4X8, TILE_6X8, TILE_6X16 } from "../../assembly/abi.js";
import { TILE_NAMES, tileFor } from "../../src/engine/tiles.js";
import { loadKernels, RELEASES } from "../support/kernels.js";

/** The tiles that are tried, the likeliest first. */
const CANDIDATES = {
  simd: ["4x8", "2x16", "6x8"],
  relaxed: ["6x8", "2x16", "4x8"],
  turbo: ["6x16", "4x16", "6x8"],
};

/** The module as a process has it that has not chosen yet. */
async function unchosen() {
  vi.resetModules();
  return (await import("../../src/engine/tiles.js")).chooseTile;
}

test.each(RELEASES)("%s: one of the candidates is chosen, and stays chosen", async (build) => {
  const chooseTile = await unchosen();
  const { kernels, memory } = loadKernels(build);
  const used = memory.used;
  const product = vi.fn(kernels.gemm);
  const watched = { ...kernels, gemm: product } as unknown as Parameters<typeof chooseTile>[0];
  const tile = chooseTile(watched, memory, build, false);
  expect(CANDIDATES[build]).toContain(TILE_NAMES[tile]);
  expect(product.mock.calls.length).toBeGreaterThanOrEqual(3);
  expect(memory.used).toBe(used);
  product.mockClear();
  expect(chooseTile(watched, memory, build, false)).toBe(tile);
  expect(product).not.toHaveBeenCalled();
  expect(memory.used).toBe(used);
});

test.each(RELEASES)(
  "%s: choosing ends once 6 ms are over, and tries each candidate once at least",
  async (build) => {
    const { kernels, memory } = loadKernels(build);
    let now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => now);
    for (const [ms, rounds] of [
      [0.5, 4],
      [1, 2],
      [50, 1],
    ] as const) {
      const chooseTile = await unchosen();
      const gemm = vi.fn(() => {
        now += ms;
      });
      chooseTile({ ...kernels, gemm } as unknown as Parameters<typeof chooseTile>[0], memory, build, false);
      expect(gemm).toHaveBeenCalledTimes(3 * rounds);
    }
    vi.restoreAllMocks();
  },
);

test("choosing ends after 3 ms if no other tile is faster than the likeliest by then", async () => {
  const { kernels, memory } = loadKernels("simd");
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  for (const [others, rounds] of [
    [0.6, 2],
    [0.4, 5],
  ] as const) {
    const chooseTile = await unchosen();
    now = 0;
    const gemm = vi.fn((tile: number) => {
      now += TILE_NAMES[tile] === CANDIDATES.simd[0] ? 0.5 : others;
    });
    chooseTile({ ...kernels, gemm } as unknown as Parameters<typeof chooseTile>[0], memory, "simd", false);
    expect(gemm).toHaveBeenCalledTimes(3 * rounds);
  }
  vi.restoreAllMocks();
});

test.each([
  ["simd", false],
  ["relaxed", false],
  ["relaxed", true],
] as const)(
  "%s, turbo %s: the fastest wins, unless it is no clear winner over the likeliest",
  async (build, turbo) => {
    const { kernels, memory } = loadKernels(build);
    let now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => now);
    /** @param odd a tile whose first call takes another time, `ms` */
    const choose = async (times: Record<string, number>, odd?: string, ms = 0) => {
      const chooseTile = await unchosen();
      const called = new Set<string>();
      const gemm = (tile: number) => {
        const name = TILE_NAMES[tile]!;
        now += name === odd && !called.has(name) ? ms : times[name]!;
        called.add(name);
      };
      const slowed = { ...kernels, gemm } as unknown as Parameters<typeof chooseTile>[0];
      return TILE_NAMES[chooseTile(slowed, memory, build, turbo)];
    };
    const [first, second, third] = CANDIDATES[turbo ? "turbo" : build] as [string, string, string];
    expect(await choose({ [first]: 0.1, [second]: 0.09, [third]: 0.098 })).toBe(first);
    expect(await choose({ [first]: 0.1, [second]: 0.08, [third]: 0.098 })).toBe(second);
    expect(await choose({ [first]: 0.1, [second]: 0.08, [third]: 0.079 })).toBe(third);
    expect(await choose({ [first]: 0.1, [second]: 0.2, [third]: 0.3 })).toBe(first);
    // One call that was fast by chance decides nothing, and the slow first ones neither.
    expect(await choose({ [first]: 0.1, [second]: 0.1, [third]: 0.1 }, second, 0.01)).toBe(first);
    expect(await choose({ [first]: 0.08, [second]: 0.08, [third]: 0.1 }, first, 2)).toBe(first);
    vi.restoreAllMocks();
  },
);

test("B of few columns gets a tile that does not waste half of itself on them", () => {
  for (const tile of [TILE_4X8, TILE_6X8]) expect(tileFor(tile, 1)).toBe(tile);
  for (const columns of [1, 2, 8, 17, 24]) {
    expect(tileFor(TILE_6X16, columns)).toBe(TILE_6X8);
    expect(tileFor(TILE_2X16, columns)).toBe(TILE_4X8);
  }
  for (const columns of [9, 16, 25, 32, 40, 784]) expect(tileFor(TILE_6X16, columns)).toBe(TILE_6X16);
});
