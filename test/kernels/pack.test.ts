import { describe, test } from "vitest";
import { TILE_2X16, TILE_4X8, TILE_4X16, TILE_6X8, TILE_6X16 } from "../../assembly/abi.js";
import { BUILDS } from "../support/kernels.js";
import { inShares, Sandbox } from "./sandbox.js";
import { distinct, expectSameBits, SIZES } from "./values.js";

/** Columns of a panel, by tile. */
const WIDTHS = [
  [TILE_4X8, 8],
  [TILE_6X8, 8],
  [TILE_2X16, 16],
  [TILE_4X16, 16],
  [TILE_6X16, 16],
] as const;

/** Packed B[k, n]: element (row, column) is number (row·width + column mod width) of panel ⌊column / width⌋. */
function packedReference(k: number, n: number, width: number, b: Float32Array): Float32Array {
  const panels = Math.ceil(n / width);
  const packed = new Float32Array(panels * width * k);
  for (let row = 0; row < k; row++) {
    for (let column = 0; column < n; column++) {
      const panel = Math.floor(column / width);
      packed[panel * width * k + row * width + (column % width)] = b[row * n + column]!;
    }
  }
  return packed;
}

function transpose(rows: number, columns: number, values: Float32Array): Float32Array {
  return values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!);
}

/** Shapes to pack: every pair of sizes, and some that cross several panels. */
const SHAPES = [
  ...SIZES.flatMap((k) => SIZES.map((n) => [k, n] as const)),
  [2, 100],
  [100, 2],
  [57, 81],
] as const;

describe.each(BUILDS)("%s", (build) => {
  const box = new Sandbox(build);

  describe.each(WIDTHS)("tile %i, panels of %i columns", (tile, width) => {
    test("tileColumns", ({ expect }) => {
      expect(box.kernels.tileColumns(tile)).toBe(width);
    });

    test("packRows, in one share and in three", () => {
      for (const [k, n] of SHAPES) {
        const b = distinct(k * n, 5);
        const source = box.floats(k, n).set(b);
        const wanted = new Uint8Array(packedReference(k, n, width, b).buffer);
        for (const borders of [[], [Math.floor(k / 3), Math.floor((2 * k) / 3)]]) {
          const packed = box.floats(1, wanted.length / 4);
          const what = `packRows of ${k} × ${n}, borders ${borders}`;
          inShares(k, borders, (begin, end) => {
            const before = packed.bits();
            box.kernels.packRows(begin, end, tile, k, n, source.at(), packed.at());
            box.check(what);
            // Rows of B outside the share are groups of each panel that must stay as they were.
            const after = packed.bits();
            for (let group = 0; group < wanted.length / (width * 4); group++) {
              const [from, to] = [group * width * 4, (group + 1) * width * 4];
              const inside = group % k >= begin && group % k < end;
              const expected = inside ? wanted : before;
              expectSameBits(
                after.subarray(from, to),
                expected.subarray(from, to),
                `${what}: group ${group}`,
              );
            }
          });
          expectSameBits(packed.bits(), wanted, what);
        }
        expectSameBits(source.bits(), new Uint8Array(b.buffer), "packRows left its source alone");
        box.clear();
      }
    });

    test("packTransposed, in one share and in shares of multiples of 16", () => {
      for (const [k, n] of SHAPES) {
        const b = distinct(k * n, 6);
        const source = box.floats(n, k).set(transpose(k, n, b));
        const wanted = new Uint8Array(packedReference(k, n, width, b).buffer);
        for (const borders of [[], [16, 32], [16, 48, 80]]) {
          const packed = box.floats(1, wanted.length / 4);
          const what = `packTransposed of ${k} × ${n}, borders ${borders}`;
          inShares(n, borders, (begin, end) => {
            const before = packed.bits();
            box.kernels.packTransposed(begin, end, tile, k, n, source.at(), packed.at());
            box.check(what);
            const panelBytes = width * k * 4;
            const [first, last] = [(begin / width) * panelBytes, Math.ceil(end / width) * panelBytes];
            const after = packed.bits();
            expectSameBits(after.subarray(0, first), before.subarray(0, first), `${what}: panels before`);
            expectSameBits(after.subarray(first, last), wanted.subarray(first, last), what);
            expectSameBits(after.subarray(last), before.subarray(last), `${what}: panels after`);
          });
        }
        box.clear();
      }
    });
  });
});
