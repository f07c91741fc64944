import { shapeText } from "../../layers/shape.js";
import type { GraphLayer } from "../modelGraph.js";

/** A layer in words, for a comment: `conv2d(8, 3 × 3, relu), [28, 28, 1] → [26, 26, 8]`. */
export function layerText({ options, inputShape, outputShape }: GraphLayer): string {
  const said: unknown[] = [];
  for (const field of ["units", "filters", "kernelSize", "poolSize", "size", "n", "activation"]) {
    const value = (options as unknown as Record<string, unknown>)[field];
    if (value !== undefined) said.push(Array.isArray(value) ? value.join(" × ") : value);
  }
  return `${options.kind}(${said.join(", ")}), ${shapeText(inputShape)} → ${shapeText(outputShape)}`;
}
