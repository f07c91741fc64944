// Packs a matrix B[k, n] into panels for the matrix product: panel p contains columns p·width to p·width + width as k
// groups of `width` floats; columns past n are zero. Work is divided by the rows of the source.

import { areApart, areFloats } from "./checks";
import { arePanels, isTile, panelBytes, tileColumns } from "./gemm";
import { select4, splat } from "./simd";

/** Source and packed B are in memory, B is aligned for the tiles, and they do not overlap. */
function isPacking(tile: i32, k: i32, n: i32, source: usize, packed: usize): bool {
  if (ASC_NO_ASSERT) return true;
  return areFloats(source, k, n) && arePanels(tile, k, n, packed) &&
    areApart(source, <i64>k * <i64>n << 2, packed, panelBytes(tile, k, n));
}

/** Packs rows `begin` to `end` of B[k, n], row-major. */
export function packRows(begin: i32, end: i32, tile: i32, k: i32, n: i32, source: usize, packed: usize): void {
  assert(isTile(tile), "packRows: tile");
  assert(isPacking(tile, k, n, source, packed), "packRows: source and packed B are in memory, and apart");
  assert(begin >= 0 && begin <= end && end <= k && n > 0, "packRows: sizes");
  const width = tileColumns(tile);
  for (let column = 0; column < n; column += width) {
    const columns = min(width, n - column);
    let from = source + <usize>((begin * n + column) << 2);
    let to = packed + <usize>((column * k + begin * width) << 2);
    for (let row = begin; row < end; row++) {
      if (columns == width) {
        for (let j = 0; j < width; j += 8) {
          v128.store(to + <usize>(j << 2), v128.load(from + <usize>(j << 2)));
          v128.store(to + <usize>(j << 2), v128.load(from + <usize>(j << 2), 16), 16);
        }
      } else {
        for (let j = 0; j < width; j++) {
          store<f32>(to + <usize>(j << 2), j < columns ? load<f32>(from + <usize>(j << 2)) : 0);
        }
      }
      from += <usize>(n << 2);
      to += <usize>(width << 2);
    }
  }
}

/** `x` if `wanted`, otherwise zeros. */
@inline
function keepIf(x: v128, wanted: bool): v128 {
  return select4(x, splat(0), i32x4.splat(wanted ? -1 : 0));
}

/**
 * Packs rows `begin` to `end` of Bᵀ[n, k], row-major, as columns of the packed B. `begin` is a multiple of 16; the
 * thread with the last rows pads their panel.
 */
export function packTransposed(begin: i32, end: i32, tile: i32, k: i32, n: i32, source: usize, packed: usize): void {
  assert(isTile(tile) && begin <= end && ((end & 15) == 0 || end == n), "packTransposed: tile and share");
  assert(isPacking(tile, k, n, source, packed), "packTransposed: source and packed B are in memory, and apart");
  assert(begin >= 0 && (begin & 15) == 0 && end <= n && k > 0, "packTransposed: sizes");
  const width = tileColumns(tile);
  const row = <usize>(k << 2);
  const padded = end == n ? (n + width - 1) / width * width : end;
  for (let column = begin; column < padded; column += 4) {
    const panel = column / width;
    const to = packed + <usize>((panel * width * k + (column - panel * width)) << 2);
    // Past n, the last row is read again and zeros are written.
    const r0 = source + <usize>min(column, n - 1) * row;
    const r1 = source + <usize>min(column + 1, n - 1) * row;
    const r2 = source + <usize>min(column + 2, n - 1) * row;
    const r3 = source + <usize>min(column + 3, n - 1) * row;
    const whole = column + 4 <= n;
    for (let i = 0; i < k; i += 4) {
      const at = <usize>(i << 2);
      let a = v128.load(r0 + at);
      let b = v128.load(r1 + at);
      let c = v128.load(r2 + at);
      let d = v128.load(r3 + at);
      if (!whole) {
        a = keepIf(a, column < n);
        b = keepIf(b, column + 1 < n);
        c = keepIf(c, column + 2 < n);
        d = keepIf(d, column + 3 < n);
      }
      const ab = i32x4.shuffle(a, b, 0, 4, 1, 5);
      const cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
      const abHigh = i32x4.shuffle(a, b, 2, 6, 3, 7);
      const cdHigh = i32x4.shuffle(c, d, 2, 6, 3, 7);
      const group = <usize>(width << 2);
      const out = to + <usize>i * group;
      v128.store(out, i64x2.shuffle(ab, cd, 0, 2));
      if (i + 1 < k) v128.store(out + group, i64x2.shuffle(ab, cd, 1, 3));
      if (i + 2 < k) v128.store(out + 2 * group, i64x2.shuffle(abHigh, cdHigh, 0, 2));
      if (i + 3 < k) v128.store(out + 3 * group, i64x2.shuffle(abHigh, cdHigh, 1, 3));
    }
  }
}
