/**
 * Matrix products over Float32Array, row-major, in plain JavaScript. Sums are left in float64, which is what the
 * engine's scalar arithmetic is: rounding each product with Math.fround doubles the time.
 */

/** out[rows × n] = a[rows × k] · wᵀ + bias, w [n × k]: four columns share each load of `a`. */
export function timesTransposed(a, w, bias, out, rows, k, n) {
  const whole = n - (n % 4);
  for (let r = 0; r < rows; r++) {
    const aRow = r * k;
    const o = r * n;
    for (let j = 0; j < whole; j += 4) {
      const w0 = j * k;
      const w1 = w0 + k;
      const w2 = w1 + k;
      const w3 = w2 + k;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let i = 0; i < k; i++) {
        const x = a[aRow + i];
        s0 += x * w[w0 + i];
        s1 += x * w[w1 + i];
        s2 += x * w[w2 + i];
        s3 += x * w[w3 + i];
      }
      out[o + j] = s0 + bias[j];
      out[o + j + 1] = s1 + bias[j + 1];
      out[o + j + 2] = s2 + bias[j + 2];
      out[o + j + 3] = s3 + bias[j + 3];
    }
    for (let j = whole; j < n; j++) {
      let s = 0;
      for (let i = 0; i < k; i++) s += a[aRow + i] * w[j * k + i];
      out[o + j] = s + bias[j];
    }
  }
}

/** out[rows × n] += a[rows × k] · w, w [k × n]. */
export function addTimes(a, w, out, rows, k, n) {
  for (let r = 0; r < rows; r++) addWeightedRows(a, r * k, 1, k, w, 0, out, r * n, n);
}

/** out[k × n] += aᵀ · d, a [rows × k], d [rows × n]: eight samples at a time, so that they stay in cache. */
export function addTransposedTimes(a, d, out, rows, k, n) {
  for (let r = 0; r < rows; r += 8) {
    const some = Math.min(8, rows - r);
    for (let l = 0; l < k; l++) addWeightedRows(a, r * k + l, k, some, d, r * n, out, l * n, n);
  }
}

/** out[o …] += Σ_l a[p + l·stride] · w[q + l·n …] over `terms` rows of w, n long each: eight rows in one pass. */
function addWeightedRows(a, p, stride, terms, w, q, out, o, n) {
  const whole = terms - (terms % 8);
  for (let l = 0; l < whole; l += 8) addEightRows(a, p + l * stride, stride, w, q + l * n, out, o, n);
  for (let l = whole; l < terms; l++) {
    const factor = a[p + l * stride];
    const row = q + l * n;
    for (let i = 0; i < n; i++) out[o + i] += factor * w[row + i];
  }
}

function addEightRows(a, p, stride, w, w0, out, o, n) {
  const a0 = a[p];
  const a1 = a[p + stride];
  const a2 = a[p + 2 * stride];
  const a3 = a[p + 3 * stride];
  const a4 = a[p + 4 * stride];
  const a5 = a[p + 5 * stride];
  const a6 = a[p + 6 * stride];
  const a7 = a[p + 7 * stride];
  const w1 = w0 + n;
  const w2 = w1 + n;
  const w3 = w2 + n;
  const w4 = w3 + n;
  const w5 = w4 + n;
  const w6 = w5 + n;
  const w7 = w6 + n;
  for (let i = 0; i < n; i++) {
    out[o + i] +=
      a0 * w[w0 + i] +
      a1 * w[w1 + i] +
      a2 * w[w2 + i] +
      a3 * w[w3 + i] +
      a4 * w[w4 + i] +
      a5 * w[w5 + i] +
      a6 * w[w6 + i] +
      a7 * w[w7 + i];
  }
}
