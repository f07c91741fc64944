/** A size in bytes as `200 kB`. */
export function fileSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const inKilobytes = bytes / 1000;
  return inKilobytes < 1000 ? `${Math.round(inKilobytes)} kB` : `${(inKilobytes / 1000).toFixed(1)} MB`;
}

/** A loss as Keras prints it: four decimals, or an exponent for small values. */
export function loss(value: number): string {
  return Math.abs(value) > 1e-3 ? value.toFixed(4) : value.toExponential(4);
}

/** An object with a kind and options as text: `adam (learningRate 0.001, beta1 0.9)`. A name stays as it is. */
export function described(value: string | { readonly kind: string }): string {
  if (typeof value === "string") return value;
  const options = Object.entries(value).filter(([key]) => key !== "kind");
  const shown = options.map(([key, option]) => {
    return `${key} ${typeof option === "object" ? described(option as { kind: string }) : option}`;
  });
  return shown.length === 0 ? value.kind : `${value.kind} (${shown.join(", ")})`;
}

/** A shape as NumPy prints one: `(10, 784)`. */
export function shape(dimensions: readonly number[]): string {
  return `(${dimensions.join(", ")}${dimensions.length === 1 ? "," : ""})`;
}

/** The greatest length. Unlike `Math.max(...)`, it takes any number of texts or lists. */
export function longest(parts: readonly { readonly length: number }[]): number {
  return parts.reduce((most, { length }) => Math.max(most, length), 0);
}

/** A table with two spaces between columns. The columns in `right` are aligned right. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const columns = longest(rows);
  const width = Array.from({ length: columns }, (_, j) => longest(rows.map((row) => row[j] ?? "")));
  const pad = (cell: string, j: number) =>
    right.includes(j) ? cell.padStart(width[j]!) : cell.padEnd(width[j]!);
  return rows.map((row) => row.map(pad).join("  ").trimEnd()).join("\n");
}
