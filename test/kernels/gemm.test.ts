import { describe, expect, test } from "vitest";
import { TILE_2X16, TILE_4X8, TILE_4X16, TILE_6X8, TILE_6X16, TURNED_BYTES } from "../../assembly/abi.js";
import { BUILDS } from "../support/kernels.js";
import { EPSILON, product, productInFloats } from "../support/reference.js";
import { inShares, type Region, Sandbox } from "./sandbox.js";
import { cycled, distinct, expectSameBits, expectWithin, SIZES } from "./values.js";

const TILES = { TILE_4X8, TILE_6X8, TILE_2X16, TILE_4X16, TILE_6X16 };
const SEEDS = ["zeros", "bias", "accumulate", "matrix"] as const;

interface Case {
  m: number;
  n: number;
  k: number;
  seed: (typeof SEEDS)[number];
  /** A is stored as Aᵀ[k, m] and read in place. */
  transposed: boolean;
  /** Floats between the rows of A, C and the seed that belong to none. */
  gap: number;
  packing: "packRows" | "packTransposed";
}

/** Regions for one case: everything but the packed B, whose layout is the tile's. */
function setUp(box: Sandbox, { m, n, k, seed, transposed, gap }: Case) {
  const a = distinct(m * k, 1);
  const b = distinct(k * n, 2);
  const stored = transposed ? box.floats(k, m, m + gap) : box.floats(m, k, k + gap);
  if (transposed) stored.set(a.map((_, i) => a[(i % m) * k + Math.floor(i / m)]!));
  else stored.set(a);
  const row = seed === "zeros" ? new Float32Array(n) : distinct(n, 3);
  const repeated = seed === "zeros" || seed === "bias";
  const start = repeated ? Float32Array.from({ length: m * n }, (_, i) => row[i % n]!) : distinct(m * n, 4);
  const seeds = repeated ? box.floats(1, n).set(row) : box.floats(m, n, n + 2 * gap).set(start);
  const c = box.floats(m, n, n + gap);
  return {
    a,
    b,
    start,
    c,
    aRow: transposed ? 4 : stored.rowBytes,
    aStep: transposed ? stored.rowBytes : 4,
    aAt: stored.at(),
    seedAt: seed === "accumulate" ? c.at() : seeds.at(),
    seedRow: seed === "accumulate" ? c.rowBytes : repeated ? 0 : seeds.rowBytes,
  };
}

/** B[k, n] packed for `tile`. */
function pack(box: Sandbox, tile: number, { n, k, packing }: Case, b: Float32Array): Region<Float32Array> {
  const width = box.kernels.tileColumns(tile);
  const packed = box.floats(1, Math.ceil(n / width) * width * k);
  const rowMajor = packing === "packRows";
  const values = rowMajor ? b : b.map((_, i) => b[(i % k) * n + Math.floor(i / k)]!);
  const source = box.floats(1, k * n).set(values);
  box.kernels[packing](0, rowMajor ? k : n, tile, k, n, source.at(), packed.at());
  return packed;
}

/** The product by `tile`, row shares between `borders` one after the other, each checked for what it leaves alone. */
function run(
  box: Sandbox,
  tile: number,
  shape: Case,
  borders: readonly number[] = [],
  kernel: "gemm" | "gemmTransposed" = "gemm",
): Float32Array {
  const { m, n, k } = shape;
  const { b, start, c, aAt, aRow, aStep, seedAt, seedRow } = setUp(box, shape);
  const packed = pack(box, tile, shape, b);
  const turns = kernel === "gemmTransposed";
  const scratch = turns ? box.floats(1, TURNED_BYTES / 4).at() : box.scratch();
  const result = new Float32Array(m * n);
  inShares(m, borders, (begin, end) => {
    const what = `${kernel} of tile ${tile}, rows ${begin} to ${end}, ${JSON.stringify(shape)}`;
    if (shape.seed === "accumulate") c.set(start);
    else c.spoil();
    const before = c.bits();
    const others = [packed.at(), seedAt, seedRow, c.at(), c.rowBytes, scratch] as const;
    if (turns) box.kernels.gemmTransposed(tile, begin, end, n, k, aAt, aStep, ...others);
    else box.kernels.gemm(tile, begin, end, n, k, aAt, aRow, aStep, ...others);
    box.check(what);
    const after = c.bits();
    expectSameBits(
      after.subarray(0, begin * n * 4),
      before.subarray(0, begin * n * 4),
      `${what}: rows before`,
    );
    expectSameBits(after.subarray(end * n * 4), before.subarray(end * n * 4), `${what}: rows after`);
    result.set(c.get(begin, end), begin * n);
  });
  box.clear();
  return result;
}

function bits(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer);
}

/** All tiles, each over other shares, against the references and one another. */
function checkCase(box: Sandbox, shape: Case): void {
  const { m, n, k } = shape;
  const { a, b, start } = setUp(box, shape);
  box.clear();
  const [first, ...others] = Object.values(TILES);
  const result = run(box, first!, shape);
  const wanted = product(m, n, k, a, b, start);
  const what = JSON.stringify(shape);
  // Each of the k products and sums rounds once: |error| ≤ (k + 1)·ε·Σ|terms| to first order.
  expectWithin(result, wanted.c, (i) => 1.01 * (k + 1) * EPSILON * wanted.magnitude[i]!, what);
  if (box.build !== "relaxed") {
    expectSameBits(bits(result), bits(productInFloats(m, n, k, a, b, start)), `${what}, in floats`);
  }
  others.forEach((tile, i) => {
    const borders = [Math.floor((m * (i + 1)) / 7), Math.floor((m * (i + 3)) / 7)];
    expectSameBits(bits(run(box, tile, shape, borders)), bits(result), `${what}: tile ${tile}`);
    if (!shape.transposed) return;
    const turned = run(box, tile, shape, borders, "gemmTransposed");
    expectSameBits(bits(turned), bits(result), `${what}: tile ${tile}, turned`);
  });
}

describe.each(BUILDS)("%s gemm", (build) => {
  const box = new Sandbox(build);
  // What each sweep does not vary goes round with its number, so that all combinations come up somewhere.
  const variant = (i: number) => ({
    seed: SEEDS[i % 4]!,
    transposed: i % 3 === 0,
    gap: i % 5,
    packing: i % 2 === 0 ? ("packRows" as const) : ("packTransposed" as const),
  });

  test("every pair of m and n", () => {
    SIZES.forEach((m, i) => {
      SIZES.forEach((n, j) => {
        checkCase(box, { m, n, k: cycled(3 * i + 7 * j), ...variant(i * SIZES.length + j) });
      });
    });
  });

  test("every k with every seed, both layouts of A and both packings", () => {
    for (const k of SIZES) {
      for (let i = 0; i < 60; i++)
        checkCase(box, { m: cycled(k + i), n: cycled(3 * i + 2), k, ...variant(i) });
    }
  });

  test.each([
    { m: 200, n: 9, k: 5 },
    { m: 390, n: 17, k: 3 },
    { m: 7, n: 19, k: 1100 },
    { m: 200, n: 40, k: 600 },
    { m: 50, n: 150, k: 1030 },
    { m: 1, n: 300, k: 257 },
    { m: 5, n: 8, k: 513 },
  ])("blocks of rows and of k: $m × $k by $k × $n", (size) => {
    for (let i = 0; i < 4; i++) checkCase(box, { ...size, ...variant(i + size.m) });
  });

  test("any two borders between shares give the same bits", () => {
    const shape: Case = { m: 14, n: 18, k: 9, ...variant(3) };
    for (const tile of Object.values(TILES)) {
      const whole = bits(run(box, tile, shape));
      for (let first = 1; first < 14; first++) {
        for (let second = first; second < 14; second++) {
          expectSameBits(bits(run(box, tile, shape, [first, second])), whole, `${first}, ${second}`);
        }
      }
    }
  });

  test("an empty share writes nothing", () => {
    const c = box.floats(4, 4);
    const b = box.floats(1, 64).set(new Float32Array(64));
    const a = box.floats(4, 4).set(distinct(16, 1));
    const where = [b.at(), a.at(), 16, c.at(), 16] as const;
    box.kernels.gemm(TILE_4X16, 2, 2, 4, 4, a.at(), 16, 4, ...where, box.scratch());
    c.check("gemm of no rows", [[0, 4]]);
  });

  test("NaN in B stays in its column", () => {
    const shape: Case = { m: 7, n: 11, k: 5, seed: "zeros", transposed: false, gap: 0, packing: "packRows" };
    const s = setUp(box, shape);
    s.b[2 * 11 + 10] = Number.NaN;
    const packed = pack(box, TILE_6X16, shape, s.b);
    const c = [s.c.at(), s.c.rowBytes] as const;
    const a = [s.aAt, s.aRow, s.aStep] as const;
    box.kernels.gemm(TILE_6X16, 0, 7, 11, 5, ...a, packed.at(), s.seedAt, s.seedRow, ...c, box.scratch());
    const found = [...s.c.get()].map((x, i) => (Number.isNaN(x) ? i % 11 : -1)).filter((j) => j >= 0);
    expect(found).toEqual(new Array(7).fill(10));
  });
});
