import type { ModelNumber } from "../spiral/spiralMessages.js";

/** A number by the unit that it belongs to: its bias, or the weight of an input. */
interface Belonging {
  readonly layer: number;
  readonly unit: number;
  /** −1 for the bias. */
  readonly input: number;
}

/**
 * The number that an arrow key leads to. Up and down go through the numbers of a layer, unit by unit, each with its bias and
 * then its weights; left and right go to the layers beside it; Home and End to the first and the last of the layer.
 *
 * @param widths units of each layer
 * @returns undefined for other keys
 */
export function numberAfter(
  widths: readonly number[],
  from: ModelNumber,
  key: string,
): ModelNumber | undefined {
  const { layer, unit, input } = belonging(widths, from);
  const inLayer = widths[layer]! + 1;
  const last = widths[layer + 1]! * inLayer - 1;
  const at = unit * inLayer + input + 1;
  const within = (place: number) => {
    const kept = Math.min(last, Math.max(0, place));
    return numberOf(widths, { layer, unit: Math.floor(kept / inLayer), input: (kept % inLayer) - 1 });
  };
  switch (key) {
    case "ArrowUp":
      return within(at - 1);
    case "ArrowDown":
      return within(at + 1);
    case "Home":
      return within(0);
    case "End":
      return within(last);
    case "ArrowLeft":
    case "ArrowRight": {
      const next = Math.min(widths.length - 2, Math.max(0, layer + (key === "ArrowLeft" ? -1 : 1)));
      return numberOf(widths, {
        layer: next,
        unit: Math.min(unit, widths[next + 1]! - 1),
        input: Math.min(input, widths[next]! - 1),
      });
    }
    default:
      return undefined;
  }
}

/** The number with which a unit begins: its bias, or for an input the first weight that leads away from it. */
export function firstNumberOf(layer: number, unit: number): ModelNumber {
  if (layer === 0) return { what: "weight", layer: 0, place: unit };
  return { what: "bias", layer: layer - 1, place: unit };
}

/** The unit that a number belongs to, in the layer after `layer`, and for a weight the unit that it comes from. */
export function belonging(widths: readonly number[], { what, layer, place }: ModelNumber): Belonging {
  if (what === "bias") return { layer, unit: place, input: -1 };
  const inputs = widths[layer]!;
  return { layer, unit: Math.floor(place / inputs), input: place % inputs };
}

function numberOf(widths: readonly number[], { layer, unit, input }: Belonging): ModelNumber {
  if (input < 0) return { what: "bias", layer, place: unit };
  return { what: "weight", layer, place: unit * widths[layer]! + input };
}
