/** Any decimal of so many digits comes back from a float32 (FLT_DIG of C). */
const ALWAYS_KEPT = 6;
/** So many digits tell any two float32 apart (FLT_DECIMAL_DIG of C). */
const ALWAYS_ENOUGH = 9;

/**
 * The shortest decimal that reads as just this float32, such as `0.1` for the float32 nearest to 0.1, which as a float64
 * would be written 0.10000000149011612. Below 2⁻¹²⁶, where float32 have fewer digits, it may be longer than necessary.
 *
 * @param value a float32
 */
export function float32Text(value: number): string {
  if (Object.is(value, -0)) return "-0";
  // With fewer digits there is no need to try: zeros at the end are left out.
  for (let digits = ALWAYS_KEPT; digits < ALWAYS_ENOUGH; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(ALWAYS_ENOUGH)));
}
