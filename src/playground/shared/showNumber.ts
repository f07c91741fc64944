import { byId, setText } from "./dom.js";

/** Shows a number as text, or a dash if it is unknown. The element's `value` has the exact number, for programs. */
export function showNumber(id: string, value: number | undefined, text: (value: number) => string): void {
  const element = byId(id, HTMLDataElement);
  const known = value !== undefined && Number.isFinite(value);
  element.value = known ? String(value) : "";
  setText(element, known ? text(value) : "–");
}

/** A number with three significant digits. */
export function significant(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(2) : value.toPrecision(3);
}

/** A number with commas between thousands. */
export function grouped(value: number): string {
  return value.toLocaleString("en");
}
