import { link, type Markish, text } from "@observablehq/plot";

/** A name at a place in the data's units. */
export interface Named {
  readonly label: string;
  readonly x: number;
  readonly y: number;
}

/** Where a chart lies on the page, in pixels, and what its axes show. */
export interface Box {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const SIZE = 15;
/** Width of a digit in bold, and room around a name. */
const [CHARACTER, ROOM] = [10, 5];
const HEIGHT = 17;
/** Names move until none overlap; a few dozen need far fewer rounds. */
const MOST_ROUNDS = 300;
/** A name that moved farther has a line to its place. */
const FAR = 12;

/** A name in pixels: its middle, and half its size. */
interface Label {
  x: number;
  y: number;
  readonly halfWidth: number;
}

/** Names with a halo near their places, moved apart so that none covers another. */
export function classNames(names: readonly Named[], box: Box): Markish[] {
  const across = (box.right - box.left) / (box.x[1] - box.x[0]);
  const up = (box.bottom - box.top) / (box.y[1] - box.y[0]);
  const places = names.map(({ label, x, y }) => ({
    x: box.left + (x - box.x[0]) * across,
    y: box.bottom - (y - box.y[0]) * up,
    halfWidth: (label.length * CHARACTER + ROOM) / 2,
  }));
  const labels = apart(places, box);
  const drawn = labels.map((label, i) => ({
    ...names[i]!,
    labelX: box.x[0] + (label.x - box.left) / across,
    labelY: box.y[0] + (box.bottom - label.y) / up,
    far: Math.hypot(label.x - places[i]!.x, label.y - places[i]!.y) > FAR,
  }));
  const lines = drawn.filter(({ far }) => far);
  return [
    link(lines, { x1: "x", y1: "y", x2: "labelX", y2: "labelY", stroke: "currentColor", strokeWidth: 1 }),
    text(drawn, {
      x: "labelX",
      y: "labelY",
      text: "label",
      fontSize: SIZE,
      fontWeight: "bold",
      fill: "currentColor",
      stroke: "var(--paper)",
      strokeWidth: 5,
    }),
  ];
}

/** The same labels where none overlaps another and all lie within the box, each near its place. */
export function apart(places: readonly Readonly<Label>[], box: Box): readonly Readonly<Label>[] {
  const labels = places.map((place) => ({ ...place }));
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let moved = false;
    for (let i = 0; i < labels.length; i++) {
      for (let j = 0; j < i; j++) moved = separate(labels[j]!, labels[i]!) || moved;
    }
    for (const label of labels) {
      label.x = Math.min(box.right - label.halfWidth, Math.max(box.left + label.halfWidth, label.x));
      label.y = Math.min(box.bottom - HEIGHT / 2, Math.max(box.top + HEIGHT / 2, label.y));
    }
    if (!moved) break;
  }
  return labels;
}

/** Moves two labels that overlap away from each other, along the direction in which less is needed. */
function separate(a: Label, b: Label): boolean {
  const overlapX = a.halfWidth + b.halfWidth - Math.abs(a.x - b.x);
  const overlapY = HEIGHT - Math.abs(a.y - b.y);
  if (overlapX <= 0.01 || overlapY <= 0.01) return false;
  const axis = overlapX < overlapY ? "x" : "y";
  // Of two in the same place, the later one goes down.
  const direction = a[axis] <= b[axis] ? 1 : -1;
  const step = (Math.min(overlapX, overlapY) / 2) * direction;
  a[axis] -= step;
  b[axis] += step;
  return true;
}
