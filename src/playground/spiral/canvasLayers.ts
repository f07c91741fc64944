/** Positions of the values 0 and 1 on the canvas, along one axis. */
export interface Axis {
  readonly zero: number;
  readonly one: number;
}

/** A canvas with axes. */
export interface Surface {
  readonly context: CanvasRenderingContext2D;
  readonly x: Axis;
  readonly y: Axis;
}

/** With more points than this, dots become small squares, which are faster to draw. */
const MANY = 1500;

/** Draws points as dots in one colour: those for which `chosen` returns true, or all. */
export function drawDots(
  { context, x, y }: Surface,
  points: Float32Array,
  colour: string,
  chosen?: (index: number) => boolean,
): void {
  const [width, height] = [x.one - x.zero, y.one - y.zero];
  const count = points.length / 2;
  context.fillStyle = colour;
  context.beginPath();
  for (let i = 0; i < count; i++) {
    if (chosen && !chosen(i)) continue;
    const px = x.zero + points[2 * i]! * width;
    const py = y.zero + points[2 * i + 1]! * height;
    if (count > MANY) {
      context.fillRect(px - 1, py - 1, 2, 2);
    } else {
      context.moveTo(px + 2, py);
      context.arc(px, py, 2, 0, 2 * Math.PI);
    }
  }
  context.fill();
}

/** Draws points as small rings, in one colour. */
export function drawRings({ context, x, y }: Surface, points: Float32Array, colour: string): void {
  context.strokeStyle = colour;
  context.lineWidth = 1.25;
  context.beginPath();
  for (let i = 0; i < points.length; i += 2) {
    const px = x.zero + points[i]! * (x.one - x.zero);
    const py = y.zero + points[i + 1]! * (y.one - y.zero);
    context.moveTo(px + 2.5, py);
    context.arc(px, py, 2.5, 0, 2 * Math.PI);
  }
  context.stroke();
}

/** Draws points as dots, each in a colour for its value. */
export function drawShaded(
  surface: Surface,
  points: Float32Array,
  values: Float32Array,
  colours: readonly string[],
): void {
  const shades = shadesOf(values, colours.length);
  colours.forEach((colour, shade) => {
    drawDots(surface, points, colour, (index) => shades[index] === shade);
  });
}

/**
 * Divides values into `count` shades of equally many values. Codes are often so uneven that intervals of equal width would
 * put nearly all of them into one shade. Equal values get the same shade.
 */
export function shadesOf(values: Float32Array, count: number): Uint8Array {
  const sorted = values.slice().sort();
  const shades = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    shades[i] = Math.floor((rankOf(values[i]!, sorted) * count) / sorted.length);
  }
  return shades;
}

/** How many of the sorted values are smaller. */
function rankOf(value: number, sorted: Float32Array): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle]! < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Draws a line through the points; NaN begins another one. */
export function drawLine(
  { context, x, y }: Surface,
  points: Float32Array,
  colour: string,
  lineWidth = 2.5,
): void {
  const [width, height] = [x.one - x.zero, y.one - y.zero];
  context.strokeStyle = colour;
  context.lineWidth = lineWidth;
  context.lineJoin = "round";
  context.beginPath();
  let begun = false;
  for (let i = 0; i < points.length; i += 2) {
    const [px, py] = [x.zero + points[i]! * width, y.zero + points[i + 1]! * height];
    if (begun) context.lineTo(px, py);
    else context.moveTo(px, py);
    begun = !Number.isNaN(px);
  }
  context.stroke();
}
