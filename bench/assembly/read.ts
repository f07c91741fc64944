// The most bytes a second that a build can read: the limit of a product of one row, which reads its weights once.

/** Adds up the `bytes` (a multiple of 256) from `data` on, `times` over, and writes the sums to the 128 bytes before. */
export function read(data: usize, bytes: usize, times: i32): void {
  const end = data + bytes;
  let c0 = f32x4.splat(0); let c1 = f32x4.splat(0);
  let c2 = f32x4.splat(0); let c3 = f32x4.splat(0);
  let c4 = f32x4.splat(0); let c5 = f32x4.splat(0);
  let c6 = f32x4.splat(0); let c7 = f32x4.splat(0);
  do {
    let at = data;
    do {
      c0 = f32x4.add(c0, v128.load(at)); c1 = f32x4.add(c1, v128.load(at, 16));
      c2 = f32x4.add(c2, v128.load(at, 32)); c3 = f32x4.add(c3, v128.load(at, 48));
      c4 = f32x4.add(c4, v128.load(at, 64)); c5 = f32x4.add(c5, v128.load(at, 80));
      c6 = f32x4.add(c6, v128.load(at, 96)); c7 = f32x4.add(c7, v128.load(at, 112));
      c0 = f32x4.add(c0, v128.load(at, 128)); c1 = f32x4.add(c1, v128.load(at, 144));
      c2 = f32x4.add(c2, v128.load(at, 160)); c3 = f32x4.add(c3, v128.load(at, 176));
      c4 = f32x4.add(c4, v128.load(at, 192)); c5 = f32x4.add(c5, v128.load(at, 208));
      c6 = f32x4.add(c6, v128.load(at, 224)); c7 = f32x4.add(c7, v128.load(at, 240));
      at += 256;
    } while (at < end);
  } while (--times);
  v128.store(data - 128, c0); v128.store(data - 128, c1, 16);
  v128.store(data - 128, c2, 32); v128.store(data - 128, c3, 48);
  v128.store(data - 128, c4, 64); v128.store(data - 128, c5, 80);
  v128.store(data - 128, c6, 96); v128.store(data - 128, c7, 112);
}
