import { byId, setText } from "./dom.js";

/** Shows a number as text, and as it is for programs; a dash where it is not known. */
export function showNumber(id: string, value: number | undefined, text: (value: number) => string): void {
  const element = byId(id, HTMLDataElement);
  const known = value !== undefined && Number.isFinite(value);
  element.value = known ? String(value) : "";
  setText(element, known ? text(value) : "–");
}

/** Three digits that mean something. */
export function significant(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(2) : value.toPrecision(3);
}

/** With commas between thousands. */
export function grouped(value: number): string {
  return value.toLocaleString("en");
}
