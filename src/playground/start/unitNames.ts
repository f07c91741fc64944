const COORDINATES = ["x₁", "x₂"];

/** What a layer of the drawn network is, such as "encoder, hidden layer 1". */
export function layerName(widths: readonly number[], layer: number): string {
  const code = (widths.length - 1) / 2;
  if (layer === 0) return "input";
  if (layer === code) return "code";
  if (layer === widths.length - 1) return "output";
  return layer < code ? `encoder, hidden layer ${layer}` : `decoder, hidden layer ${layer - code}`;
}

/** What a unit is, such as "input x₁". */
export function unitName(widths: readonly number[], layer: number, unit: number): string {
  const name = layerName(widths, layer);
  const end = layer === 0 || layer === widths.length - 1;
  const which = end ? ` ${COORDINATES[unit]}` : widths[layer] === 1 ? "" : `, unit ${unit + 1}`;
  return name + which;
}

/** A number with two decimals and a minus sign of the width of a plus. */
export function signed(value: number): string {
  return value.toFixed(2).replace("-", "−");
}
