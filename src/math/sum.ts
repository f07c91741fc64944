/** Sum of the first `count` values, in four partial sums: a single sum would wait for each addition to finish. */
export function sumOf(values: Float32Array | Float64Array, count: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = count & ~3;
  for (let i = 0; i < whole; i += 4) {
    a += values[i]!;
    b += values[i + 1]!;
    c += values[i + 2]!;
    d += values[i + 3]!;
  }
  for (let i = whole; i < count; i++) a += values[i]!;
  return a + b + (c + d);
}
