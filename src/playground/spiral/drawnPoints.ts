// A drawing as text, short enough for a link: three letters for each point.
import { PLANE } from "./anatomy.js";

/** As in base64 for links: six bits a letter. */
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** A point has nine bits for each coordinate. */
const STEPS = 2 ** 9;
export const LETTERS_PER_POINT = 3;

/** The most points that a drawing may have. */
export const MOST_DRAWN = 250;

/** Points x₁, x₂, … as text; they lie in the part of the plane that is shown. */
export function drawingOf(points: ArrayLike<number>): string {
  let text = "";
  for (let i = 0; i + 1 < points.length; i += 2) {
    const [x, y] = [stepOf(points[i]!), stepOf(points[i + 1]!)];
    const bits = x * STEPS + y;
    text += LETTERS[bits >> 12]! + LETTERS[(bits >> 6) & 63]! + LETTERS[bits & 63]!;
  }
  return text;
}

function stepOf(value: number): number {
  const share = (value - PLANE.low) / (PLANE.high - PLANE.low);
  return Math.round(Math.min(1, Math.max(0, share)) * (STEPS - 1));
}

/** The points of a drawing, x₁, x₂, …; undefined if the text is none. */
export function drawnPoints(text: string): number[] | undefined {
  if (text.length % LETTERS_PER_POINT !== 0 || text.length > LETTERS_PER_POINT * MOST_DRAWN) return undefined;
  const points: number[] = [];
  for (let i = 0; i < text.length; i += LETTERS_PER_POINT) {
    const places = [...text.slice(i, i + LETTERS_PER_POINT)].map((letter) => LETTERS.indexOf(letter));
    if (places.includes(-1)) return undefined;
    const bits = (places[0]! << 12) | (places[1]! << 6) | places[2]!;
    points.push(coordinateOf(Math.floor(bits / STEPS)), coordinateOf(bits % STEPS));
  }
  return points;
}

function coordinateOf(step: number): number {
  return PLANE.low + (step / (STEPS - 1)) * (PLANE.high - PLANE.low);
}
