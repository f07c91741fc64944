// Pieces of Python's grammar.

/** A value as Python writes it; an array becomes a tuple. */
export function literal(value: unknown): string {
  if (value === undefined || value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return JSON.stringify(value);
  if (!Array.isArray(value)) return String(value);
  return value.length === 1 ? `(${literal(value[0])},)` : `(${value.map(literal).join(", ")})`;
}

/**
 * A call.
 *
 * @param positional Python expressions
 * @param named Python expressions by keyword; undefined leaves one out
 */
export function call(
  name: string,
  positional: readonly string[] = [],
  named: Readonly<Record<string, string | undefined>> = {},
): string {
  const keywords = Object.entries(named).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${value}`],
  );
  return `${name}(${[...positional, ...keywords].join(", ")})`;
}

/** Lines moved to the right by `spaces`; empty lines stay empty. */
export function indented(text: string, spaces: number): string {
  return text.replace(/^(?=.)/gm, " ".repeat(spaces));
}

/** Top-level definitions and statements, with two empty lines between them. */
export function stacked(parts: readonly string[]): string {
  return `${parts.map((part) => part.trim()).join("\n\n\n")}\n`;
}
