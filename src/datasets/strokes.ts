import { GLYPHS, type GlyphStyle } from "./glyphs.js";
import type { SampleRandom } from "./sampleRandom.js";

/** Control points of one stroke, in units of the digit's height, centred at 0. */
export interface Stroke {
  /** One array per hand: x and y of each point in turn. */
  hands: Float64Array[];
  /** 1 for points where the stroke has a corner. */
  corners: Uint8Array;
}

/** A way to write a digit: its strokes, and the cumulative share of the styles up to this one. */
export interface Style {
  cumulative: number;
  strokes: Stroke[];
}

/** The most hands of a style. */
export const MOST_HANDS = 8;

const CENTRE_X = 30;
const CENTRE_Y = 50;

function parseStroke(hands: readonly string[]): Stroke {
  const points = hands.map((hand) => hand.split(" "));
  return {
    hands: points.map((list) =>
      Float64Array.from(
        list.flatMap((point) => {
          const [x, y] = point.replace("*", "").split(",").map(Number);
          return [(x! - CENTRE_X) / 100, (y! - CENTRE_Y) / 100];
        }),
      ),
    ),
    corners: Uint8Array.from(points[0]!, (point) => (point.endsWith("*") ? 1 : 0)),
  };
}

function parseStyles(styles: readonly GlyphStyle[]): Style[] {
  const total = styles.reduce((sum, style) => sum + style.weight, 0);
  let sum = 0;
  return styles.map((style) => {
    sum += style.weight;
    return { cumulative: sum / total, strokes: style.strokes.map(parseStroke) };
  });
}

/** The styles of the digits 0 to 9, ready for {@link mixHands}. */
export function parseGlyphs(): Style[][] {
  return GLYPHS.map(parseStyles);
}

/** Chooses a style with a uniform number in [0, 1). */
export function pickStyle(styles: readonly Style[], uniform: number): Style {
  return styles.find((style) => uniform < style.cumulative) ?? styles[styles.length - 1]!;
}

/** Fills `weights[0..count)` with positive numbers that add up to 1 and often favour one hand. */
export function drawHandWeights(weights: Float64Array, count: number, random: SampleRandom): void {
  let sum = 0;
  for (let h = 0; h < count; h++) {
    const u = random.uniform();
    weights[h] = u * u * u + 1e-3;
    sum += weights[h]!;
  }
  for (let h = 0; h < count; h++) weights[h]! /= sum;
}

/** Writes the weighted average of a stroke's hands to `points` (x, y in turn). */
export function mixHands(stroke: Stroke, weights: Float64Array, points: Float64Array): void {
  const { hands } = stroke;
  const length = hands[0]!.length;
  for (let i = 0; i < length; i++) {
    let sum = 0;
    for (let h = 0; h < hands.length; h++) sum += weights[h]! * hands[h]![i]!;
    points[i] = sum;
  }
}
