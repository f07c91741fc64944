// Conditions that kernels expect their caller to meet, for use in `assert`. Only the debug build checks them; the
// release builds contain nothing from this file.
//
// Sizes are 64-bit here, so that products of two sizes cannot overflow.

/** Items `first` to `last` are a valid share of the work; it may be empty. */
export function isShare(first: i32, last: i32): bool {
  if (ASC_NO_ASSERT) return true;
  return first >= 0 && first <= last;
}

/** `size` bytes at `address` are in memory, outside the module's own data, and aligned to `alignment` bytes. */
function isBlock(address: usize, size: i64, alignment: usize): bool {
  if (ASC_NO_ASSERT) return true;
  if (size <= 0) return size == 0;
  const end = <i64>address + size;
  return address % alignment == 0 && address >= __heap_base && end <= <i64>memory.size() << 16;
}

/** A contiguous matrix of `rows` × `columns` floats. */
export function areFloats(address: usize, rows: i32, columns: i32 = 1): bool {
  if (ASC_NO_ASSERT) return true;
  return isBlock(address, ((<i64>rows * <i64>columns) << 2), 4);
}

/** Contiguous images of `height` × `width` × `channels` floats. */
export function arePictures(address: usize, count: i32, height: i32, width: i32, channels: i32): bool {
  if (ASC_NO_ASSERT) return true;
  return isBlock(address, (<i64>count * <i64>height * <i64>width * <i64>channels) << 2, 4);
}

/** Floats that are aligned to whole vectors: packed panels and scratch memory. */
export function areVectors(address: usize, length: i32): bool {
  if (ASC_NO_ASSERT) return true;
  return isBlock(address, <i64>length << 2, 16);
}

/** Float64 values. */
export function areDoubles(address: usize, length: i32): bool {
  if (ASC_NO_ASSERT) return true;
  return isBlock(address, <i64>length << 3, 8);
}

/** Bytes, without alignment. */
export function areBytes(address: usize, rows: i32, columns: i32): bool {
  if (ASC_NO_ASSERT) return true;
  return isBlock(address, <i64>rows * <i64>columns, 1);
}

/** Rows of `width` bytes, `stride` bytes apart, do not overlap, and `stride` is a whole number of floats. */
export function isStride(stride: usize, rows: i32, width: i64): bool {
  if (ASC_NO_ASSERT) return true;
  return (stride & 3) == 0 && (rows < 2 || <i64>stride >= width);
}

/** The two blocks do not overlap. An empty block overlaps nothing. */
export function areApart(a: usize, aSize: i64, b: usize, bSize: i64): bool {
  if (ASC_NO_ASSERT) return true;
  return aSize <= 0 || bSize <= 0 || <i64>a + aSize <= <i64>b || <i64>b + bSize <= <i64>a;
}

/** Rows `first` to `last` of two matrices of `columns` floats do not overlap. */
export function areRowsApart(a: usize, b: usize, first: i32, last: i32, columns: i32): bool {
  if (ASC_NO_ASSERT) return true;
  const offset = ((<i64>first * <i64>columns) << 2);
  const size = ((<i64>last * <i64>columns) << 2) - offset;
  return areApart(a + <usize>offset, size, b + <usize>offset, size);
}

/** The rows are identical or do not overlap: a kernel may work in place, but not shifted by a few elements. */
export function areSameOrApart(a: usize, b: usize, first: i32, last: i32, columns: i32): bool {
  if (ASC_NO_ASSERT) return true;
  return a == b || areRowsApart(a, b, first, last, columns);
}

/** The rows do not overlap with the float64 sums, one per row. */
export function areSumsApart(sums: usize, matrix: usize, first: i32, last: i32, columns: i32): bool {
  if (ASC_NO_ASSERT) return true;
  const row = <i64>columns << 2;
  const offset = <usize>first * <usize>columns << 2;
  return areApart(sums + (<usize>first << 3), <i64>(last - first) << 3, matrix + offset, <i64>(last - first) * row);
}

/** Samples `first` to `last` of two blocks do not overlap; `aSize` and `bSize` are the floats per sample. */
export function areSamplesApart(a: usize, aSize: i32, b: usize, bSize: i32, first: i32, last: i32): bool {
  if (ASC_NO_ASSERT) return true;
  const count = <i64>(last - first);
  const offset = <usize>((<i64>first * aSize) << 2);
  const other = <usize>((<i64>first * bSize) << 2);
  return areApart(a + offset, (count * aSize) << 2, b + other, (count * bSize) << 2);
}
