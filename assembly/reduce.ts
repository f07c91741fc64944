import { areApart, areFloats, isShare } from "./checks";
import { storeUpTo } from "./simd";

/** sums[j] = Σ over the rows, in order, of source[row, j], for columns `begin` to `end` of `columns`. */
export function columnSums(begin: i32, end: i32, rows: i32, columns: i32, source: usize, sums: usize): void {
  assert(isShare(begin, end) && end <= columns && rows >= 0, "columnSums: sizes");
  assert(
    areFloats(source, rows, columns) && areFloats(sums, end),
    "columnSums: source and sums are floats in memory",
  );
  assert(
    areApart(source, <i64>rows * columns << 2, sums, <i64>end << 2),
    "columnSums: sums do not overlap the source",
  );
  const stride = <usize>(columns << 2);
  for (let j = begin; j < end; j += 16) {
    let from = source + <usize>(j << 2);
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    for (let row = 0; row < rows; row++) {
      s0 = f32x4.add(s0, v128.load(from));
      s1 = f32x4.add(s1, v128.load(from, 16));
      s2 = f32x4.add(s2, v128.load(from, 32));
      s3 = f32x4.add(s3, v128.load(from, 48));
      from += stride;
    }
    const to = sums + <usize>(j << 2);
    const left = <usize>(end - j);
    storeUpTo(to, s0, left);
    if (left > 4) storeUpTo(to + 16, s1, left - 4);
    if (left > 8) storeUpTo(to + 32, s2, left - 8);
    if (left > 12) storeUpTo(to + 48, s3, left - 12);
  }
}
