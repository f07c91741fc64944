import { byId, make, setText } from "../shared/dom.js";
import { onThemeChange, themeColour } from "../shared/pageColours.js";
import { contextOf } from "../shared/screenCanvas.js";
import { paintGrid } from "./canvas.js";
import type { FeatureMap, Features, Filters } from "./digitsMessages.js";

/** Maps side by side, on a wide window and on a phone's. */
const ABREAST = [16, 8] as const;
const narrow = matchMedia("(max-width: 40rem)");
/** Opacity of a map without any output, of 255, so that its place is seen. */
const FAINT = 16;
/** Filters side by side. */
const FILTERS_ABREAST = 4;

/** Shows the filters of the first convolution, and what each convolution makes of a picture. */
export class FeatureView {
  #features: Features | undefined;
  #stale = false;

  /** @param redraw asks for `draw` to be called */
  constructor(redraw: () => void) {
    const again = () => {
      this.#stale = true;
      redraw();
    };
    // The colours of the filters are drawn.
    onThemeChange(again);
    narrow.addEventListener("change", again);
  }

  /** Call when there is a new model. */
  begin(convolutional: boolean): void {
    this.#features = undefined;
    byId("features-card", HTMLElement).hidden = !convolutional;
    byId("maps", HTMLElement).replaceChildren();
  }

  set features(features: Features) {
    this.#features = features;
    this.#stale = true;
  }

  draw(): void {
    if (!this.#features || !this.#stale) return;
    this.#stale = false;
    const { picture, drawn, maps, filters } = this.#features;
    const of = drawn ? "the drawing" : "the first held-out picture; draw one, and it is shown instead";
    setText(byId("features-of", HTMLElement), `The outputs of each convolution for ${of}.`);
    paintGrid(byId("features-picture", HTMLCanvasElement), [picture]);
    if (filters) paintFilters(byId("filters", HTMLCanvasElement), filters);
    setText(
      byId("filters-caption", HTMLElement),
      filters
        ? `${filters.count} filters of ${filters.height}×${filters.width}: blue adds, orange takes away`
        : "",
    );
    const list = byId("maps", HTMLElement);
    maps.forEach((map, index) => {
      const figure = list.children[index] ?? list.appendChild(mapFigure(index));
      paintMaps(figure.querySelector("canvas")!, map);
      const text = `Convolution ${index + 1}: ${map.count} maps of ${map.height}×${map.width}`;
      setText(figure.querySelector("figcaption")!, text);
    });
  }
}

function mapFigure(index: number): HTMLElement {
  const canvas = make("canvas", {
    className: "ink",
    role: "img",
    ariaLabel: `Maps of convolution ${index + 1}`,
  });
  return make("figure", {}, canvas, make("figcaption"));
}

/** Draws maps as black ink; on a dark page the style sheet inverts them. */
function paintMaps(canvas: HTMLCanvasElement, { width, height, count, bytes }: FeatureMap): void {
  paintTiles(canvas, { width, height, count }, ABREAST[narrow.matches ? 1 : 0], (index, at, data) => {
    data[at + 3] = FAINT + ((255 - FAINT) * bytes[index]!) / 255;
  });
}

function paintFilters(canvas: HTMLCanvasElement, { width, height, count, values }: Filters): void {
  const [added, taken] = [rgbOf(themeColour("curve")), rgbOf(themeColour("rebuilt"))];
  paintTiles(canvas, { width, height, count }, FILTERS_ABREAST, (index, at, data) => {
    const value = values[index]!;
    data.set(value > 0 ? added : taken, at);
    data[at + 3] = 2 * Math.abs(value);
  });
}

/**
 * Draws pictures in a grid, a pixel apart.
 *
 * @param paint sets the four bytes at `at` of `data` for an element, by its index
 */
function paintTiles(
  canvas: HTMLCanvasElement,
  { width, height, count }: Pick<FeatureMap, "width" | "height" | "count">,
  abreast: number,
  paint: (index: number, at: number, data: Uint8ClampedArray) => void,
): void {
  const columns = Math.min(count, abreast);
  const full = columns * (width + 1) - 1;
  const image = new ImageData(full, Math.ceil(count / columns) * (height + 1) - 1);
  if (canvas.width !== image.width) canvas.width = image.width;
  if (canvas.height !== image.height) canvas.height = image.height;
  for (let index = 0; index < count * width * height; index++) {
    const tile = Math.floor(index / (width * height));
    const y = Math.floor(tile / columns) * (height + 1) + (Math.floor(index / width) % height);
    const x = (tile % columns) * (width + 1) + (index % width);
    paint(index, 4 * (y * full + x), image.data);
  }
  contextOf(canvas).putImageData(image, 0, 0);
}

/** Red, green and blue of a colour such as `#2058c4`. */
function rgbOf(colour: string): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
