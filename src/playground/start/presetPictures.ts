// Small drawings for the presets. Their colours come from the style sheet, by class.

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [160, 90];

type Attributes = { readonly [name: string]: string | number };

function part(tag: string, attributes: Attributes): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

const rectangle = (x: number, y: number, width: number, height: number, style: string, opacity = 1) =>
  part("rect", { x, y, width, height, class: style, opacity, rx: 1 });

/** A spiral, drawn as a line. */
function spiral(turns: number): SVGElement[] {
  const points = Array.from({ length: 60 * turns + 1 }, (_, i) => {
    const angle = (i / 60) * 2 * Math.PI;
    const radius = (36 * i) / (60 * turns);
    return `${(80 + 1.5 * radius * Math.cos(angle)).toFixed(1)},${(45 - radius * Math.sin(angle)).toFixed(1)}`;
  });
  return [part("polyline", { points: points.join(" "), class: "line" })];
}

/** Groups of dots on a plane. */
function map(): SVGElement[] {
  const centres = [30, 25, 80, 20, 130, 28, 52, 60, 104, 62, 138, 70];
  return Array.from({ length: 54 }, (_, i) => {
    const group = i % 6;
    const [angle, reach] = [i * 2.4, 3 + ((i * 7) % 13)];
    const cx = centres[2 * group]! + reach * Math.cos(angle);
    const cy = centres[2 * group + 1]! + 0.8 * reach * Math.sin(angle);
    return part("circle", { cx, cy, r: 3, class: `group-${group}` });
  });
}

/** A seven of 8×8 pixels, as rows of bits. */
const SEVEN = [0, 0b01111110, 0b00000110, 0b00001100, 0b00011000, 0b00110000, 0b00110000, 0];

function seven(left: number, noise: number): SVGElement[] {
  return SEVEN.flatMap((row, y) =>
    Array.from({ length: 8 }, (_, x) => {
      const ink = (row >> (7 - x)) & 1;
      const other = ((x * 37 + y * 61 + x * y * 13) % 17) / 17;
      return rectangle(left + 7 * x, 17 + 7 * y, 6.4, 6.4, "ink", ink * (1 - noise) + other * noise * 0.9);
    }),
  );
}

function denoise(): SVGElement[] {
  return [...seven(12, 0.55), part("path", { d: "M74 45h12m-5-5 5 5-5 5", class: "line" }), ...seven(92, 0)];
}

/** Rows of the same, and one that is not. */
function odd(): SVGElement[] {
  return Array.from({ length: 21 }, (_, i) => {
    const [x, y] = [14 + 20 * (i % 7), 14 + 22 * Math.floor(i / 7)];
    return i === 11
      ? rectangle(x - 1, y - 1, 14, 14, "odd")
      : part("circle", { cx: x + 6, cy: y + 6, r: 6, class: "usual" });
  });
}

function convolution(): SVGElement[] {
  const sizes = [56, 36, 20, 36, 56];
  return sizes.flatMap((size, layer) =>
    [2, 1, 0].map((sheet) =>
      part("rect", {
        x: 8 + 31 * layer + sheet * 3 - (size > 40 ? 4 : 0),
        y: 48 - size / 2 - sheet * 3,
        width: Math.max(8, size * 0.38),
        height: size,
        class: layer === 2 ? "sheet code" : "sheet",
      }),
    ),
  );
}

function table(flagged: readonly number[]): SVGElement[] {
  return Array.from({ length: 6 }, (_, row) => {
    const style = flagged.includes(row) ? "odd" : "usual";
    return [0, 1, 2, 3].map((column) =>
      rectangle(
        16 + 33 * column,
        10 + 12 * row,
        20 + ((row * 7 + column * 5) % 9),
        7,
        style,
        row === 0 ? 0.45 : 1,
      ),
    );
  }).flat();
}

const PICTURES: { [preset: string]: () => SVGElement[] } = {
  unroll: () => spiral(1),
  "three-turns": () => spiral(3),
  map,
  denoise,
  odd,
  convolution,
  csv: () => table([]),
  pumps: () => table([3]),
};

/** A small drawing for a preset; it says nothing that its title does not. */
export function pictureFor(preset: string): SVGElement {
  const svg = part("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
  svg.append(...(PICTURES[preset]?.() ?? []));
  return svg;
}
