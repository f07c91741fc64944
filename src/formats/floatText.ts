/** Every decimal with this many digits survives conversion to float32 and back (FLT_DIG in C). */
const ALWAYS_KEPT = 6;
/** This many digits distinguish any two float32 values (FLT_DECIMAL_DIG in C). */
const ALWAYS_ENOUGH = 9;

/**
 * The shortest decimal that reads back as this float32: `0.1` for the float32 nearest to 0.1, although the same value as a
 * float64 prints as 0.10000000149011612. Below 2⁻¹²⁶, where float32 is less precise, it may be longer than necessary.
 *
 * @param value a float32
 */
export function float32Text(value: number): string {
  if (Object.is(value, -0)) return "-0";
  // There is no need to try fewer digits, because trailing zeros are dropped.
  for (let digits = ALWAYS_KEPT; digits < ALWAYS_ENOUGH; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(ALWAYS_ENOUGH)));
}
