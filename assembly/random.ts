// Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as
// 1, 2, 3", SC 2011). A number is a function of (seed, stream, epoch, sample, element), independent of when it is
// drawn.
//
// The key is the seed (64 bits); the counter is (element block, sample, epoch, stream). One call of the generator gives
// four words; four counters are processed at once, one per lane, so 16 elements come from counters 4g to 4g + 3:
// element 16g + 4w + l is word w of counter 4g + l.

import { areApart, areFloats, areVectors } from "./checks";
import { cosTurns, log4, sinTurns } from "./math";
import { madd, splat, storeUpTo } from "./simd";

const M0: u32 = 0xd2511f53;
const M1: u32 = 0xcd9e8d57;
const W0: u32 = 0x9e3779b9;
const W1: u32 = 0xbb67ae85;

@inline
function productLow(low: v128, high: v128): v128 {
  return i32x4.shuffle(low, high, 0, 2, 4, 6);
}

@inline
function productHigh(low: v128, high: v128): v128 {
  return i32x4.shuffle(low, high, 1, 3, 5, 7);
}

/** Writes the 16 words of elements 16·group to 16·group + 15 to `out` (64 bytes). */
export function philox(out: usize, group: u32, sample: u32, epoch: u32, stream: u32, seedLow: u32, seedHigh: u32): void {
  let c0 = i32x4.add(i32x4.splat(group << 2), i32x4(0, 1, 2, 3));
  let c1 = i32x4.splat(sample);
  let c2 = i32x4.splat(epoch);
  let c3 = i32x4.splat(stream);
  const m0 = i32x4.splat(M0);
  const m1 = i32x4.splat(M1);
  let k0 = seedLow;
  let k1 = seedHigh;
  for (let round = 0; round < 10; round++) {
    const low0 = i64x2.extmul_low_i32x4_u(c0, m0);
    const high0 = i64x2.extmul_high_i32x4_u(c0, m0);
    const low2 = i64x2.extmul_low_i32x4_u(c2, m1);
    const high2 = i64x2.extmul_high_i32x4_u(c2, m1);
    c0 = v128.xor(v128.xor(productHigh(low2, high2), c1), i32x4.splat(k0));
    c2 = v128.xor(v128.xor(productHigh(low0, high0), c3), i32x4.splat(k1));
    c1 = productLow(low2, high2);
    c3 = productLow(low0, high0);
    k0 += W0;
    k1 += W1;
  }
  v128.store(out, c0);
  v128.store(out, c1, 16);
  v128.store(out, c2, 32);
  v128.store(out, c3, 48);
}

/** Uniform in [0, 1): the upper 24 bits. */
@inline
function uniform4(words: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_u(i32x4.shr_u(words, 8)), splat(5.9604644775390625e-8));
}

/** Uniform in (0, 1], so that its logarithm is finite. */
@inline
function uniformAboveZero4(words: v128): v128 {
  return f32x4.add(uniform4(words), splat(5.9604644775390625e-8));
}

/** Words 0 to `count` of (seed, stream, epoch, sample), unchanged. `scratch`: 64 bytes, private to this thread. */
export function randomWords(
  target: usize, count: i32, seedLow: u32, seedHigh: u32, stream: u32, epoch: u32, sample: u32, scratch: usize,
): void {
  assert(areFloats(target, count) && count >= 0, "randomWords: the target is in memory");
  assert(areVectors(scratch, 16), "randomWords: scratch is in memory");
  assert(areApart(target, <i64>count << 2, scratch, 64), "randomWords: scratch does not overlap the target");
  for (let i = 0; i < count; i += 16) {
    philox(scratch, i >> 4, sample, epoch, stream, seedLow, seedHigh);
    memory.copy(target + <usize>(i << 2), scratch, <usize>(min(16, count - i) << 2));
  }
}

/** `count` floats, uniform in [low, high) up to rounding. */
export function randomUniform(
  target: usize, count: i32, low: f32, high: f32,
  seedLow: u32, seedHigh: u32, stream: u32, epoch: u32, sample: u32, scratch: usize,
): void {
  assert(areFloats(target, count) && count >= 0, "randomUniform: the target is in memory");
  assert(areVectors(scratch, 16), "randomUniform: scratch is in memory");
  assert(areApart(target, <i64>count << 2, scratch, 64), "randomUniform: scratch does not overlap the target");
  const width = splat(high - low);
  for (let i = 0; i < count; i += 4) {
    if ((i & 15) == 0) philox(scratch, i >> 4, sample, epoch, stream, seedLow, seedHigh);
    const u = uniform4(v128.load(scratch + <usize>((i & 15) << 2)));
    storeUpTo(target + <usize>(i << 2), madd(u, width, splat(low)), <usize>(count - i));
  }
}

/** `count` floats, normal with the given mean and standard deviation (Box and Muller, 1958). */
export function randomNormal(
  target: usize, count: i32, mean: f32, deviation: f32,
  seedLow: u32, seedHigh: u32, stream: u32, epoch: u32, sample: u32, scratch: usize,
): void {
  assert(areFloats(target, count) && count >= 0, "randomNormal: the target is in memory");
  assert(areVectors(scratch, 16), "randomNormal: scratch is in memory");
  assert(areApart(target, <i64>count << 2, scratch, 64), "randomNormal: scratch does not overlap the target");
  let radius = splat(0);
  let turns = splat(0);
  for (let i = 0; i < count; i += 4) {
    const second = (i & 4) != 0;
    if ((i & 15) == 0) philox(scratch, i >> 4, sample, epoch, stream, seedLow, seedHigh);
    if (!second) {
      const words = scratch + <usize>((i & 15) << 2);
      radius = f32x4.sqrt(f32x4.mul(splat(-2), log4(uniformAboveZero4(v128.load(words)))));
      turns = uniform4(v128.load(words, 16));
    }
    const z = f32x4.mul(radius, second ? sinTurns(turns) : cosTurns(turns));
    storeUpTo(target + <usize>(i << 2), madd(z, splat(deviation), splat(mean)), <usize>(count - i));
  }
}

/**
 * Shuffles `count` indices (u32) (Fisher and Yates). The result depends on their initial order, so the caller starts
 * each epoch from 0, 1, 2, …
 */
export function shuffle(
  indices: usize, count: i32, seedLow: u32, seedHigh: u32, stream: u32, epoch: u32, scratch: usize,
): void {
  assert(areFloats(indices, count) && count >= 0, "shuffle: the indices are in memory");
  assert(areVectors(scratch, 16), "shuffle: scratch is in memory");
  assert(areApart(indices, <i64>count << 2, scratch, 64), "shuffle: scratch does not overlap the indices");
  for (let i = count - 1, drawn = 0; i > 0; i--, drawn++) {
    if ((drawn & 15) == 0) philox(scratch, drawn >> 4, 0, epoch, stream, seedLow, seedHigh);
    const word = <u64>load<u32>(scratch + <usize>((drawn & 15) << 2));
    const j = <usize>((word * <u64>(i + 1)) >> 32);
    const a = indices + (<usize>i << 2);
    const b = indices + (j << 2);
    const held = load<u32>(a);
    store<u32>(a, load<u32>(b));
    store<u32>(b, held);
  }
}
