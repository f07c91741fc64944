import { make } from "../shared/dom.js";
import { isDark, themeColour } from "../shared/pageColours.js";
import { ramp } from "../shared/ramp.js";
import { fitToScreen, sizeOnScreen } from "../shared/screenCanvas.js";
import type { Anatomy, ModelNumber } from "../spiral/spiralMessages.js";
import { divergingColours, type Rgb, rgbList } from "./diverging.js";
import { paintHeatMap, spanOf } from "./heatMap.js";
import { linkAt } from "./linkAt.js";
import { drawFunnel, drawLinks, endsOf } from "./links.js";
import { belonging } from "./numberSteps.js";
import { signed, unitName } from "./unitNames.js";
import { type Chosen, type Layout, layoutOf, type Tile } from "./unitTiles.js";

/** What a unit makes of each field of the plane, and of the probe. */
export interface UnitOutputs {
  readonly name: string;
  readonly probe: number;
  readonly values: Float32Array;
  readonly side: number;
  colour(value: number): Rgb;
}

interface Shown {
  readonly tile: Tile;
  readonly button: HTMLButtonElement;
  readonly canvas: HTMLCanvasElement;
  readonly number: HTMLElement;
  /** A small square at the tile's corner; inputs have none. */
  readonly bias: HTMLElement | undefined;
}

/** Biases from this size on have the full colour. */
const STRONG_BIAS = 1.5;

/** The network as a drawing: a heat map for each unit, a line for each weight, a small square for each bias. */
export class NetworkView {
  readonly #box: HTMLElement;
  readonly #lines: HTMLCanvasElement;
  readonly #choose: (chosen: Chosen | undefined) => void;
  #widths: readonly number[] = [];
  #layout: Layout = { tiles: [], code: 0 };
  #units: Shown[] = [];
  #anatomy: Anatomy | undefined;
  #chosen: Chosen | undefined;
  #marked: ModelNumber | undefined;
  #flow = 0;
  /** Whether the lines are about to be drawn. */
  #requested = false;

  /** @param choose called with the unit that the visitor points at or moves to, and with undefined afterwards */
  constructor(box: HTMLElement, choose: (chosen: Chosen | undefined) => void) {
    this.#box = box;
    this.#lines = box.querySelector("canvas")!;
    this.#choose = (chosen) => {
      this.#chosen = chosen;
      this.#drawLinesSoon();
      choose(chosen);
    };
    new ResizeObserver(() => this.#place()).observe(box);
    box.addEventListener("keydown", (event) => this.#press(event));
  }

  /** Draws another network. */
  begin(widths: readonly number[]): void {
    this.#anatomy = undefined;
    if (widths.join() !== this.#widths.join()) {
      this.#widths = widths;
      for (const { button, number, bias } of this.#units) {
        button.remove();
        number.remove();
        bias?.remove();
      }
      this.#units = widths.flatMap((units, layer) =>
        Array.from({ length: units }, (_, unit) => this.#shown({ layer, unit })),
      );
      this.#units[0]!.button.tabIndex = 0;
    }
    this.#place();
  }

  get widths(): readonly number[] {
    return this.#widths;
  }

  #shown({ layer, unit }: Chosen): Shown {
    const code = (this.#widths.length - 1) / 2;
    const canvas = make("canvas", { ariaHidden: "true" });
    const button = make("button", { type: "button", tabIndex: -1, className: "unit" }, canvas);
    button.classList.toggle("code", layer === code);
    button.ariaLabel = unitName(this.#widths, layer, unit);
    Object.assign(button.dataset, { layer, unit });
    const number = make("span", { className: "number", ariaHidden: "true" });
    for (const type of ["pointerenter", "focus"]) {
      button.addEventListener(type, () => this.#choose({ layer, unit }));
    }
    for (const type of ["pointerleave", "blur"]) button.addEventListener(type, () => this.#choose(undefined));
    const bias = layer > 0 ? make("span", { className: "bias", ariaHidden: "true" }) : undefined;
    this.#box.append(button, number, ...(bias ? [bias] : []));
    return { tile: { layer, unit, x: 0, y: 0, side: 0 }, button, canvas, number, bias };
  }

  #place(): void {
    const { clientWidth: width, clientHeight: height } = this.#box;
    if (width === 0 || this.#widths.length === 0) return;
    this.#layout = layoutOf(this.#widths, width, height);
    const tiles = this.#layout.tiles.flat();
    this.#units = this.#units.map((unit, index) => ({ ...unit, tile: tiles[index]! }));
    for (const { tile, button, number, bias } of this.#units) {
      const { x, y, side } = tile;
      Object.assign(button.style, {
        left: `${x - side / 2}px`,
        top: `${y - side / 2}px`,
        width: `${side}px`,
        height: `${side}px`,
      });
      Object.assign(number.style, { left: `${x}px`, top: `${y + side / 2}px` });
      if (bias) Object.assign(bias.style, { left: `${x - side / 2}px`, top: `${y - side / 2}px` });
      number.hidden = !this.#numbered(tile.layer);
    }
    this.drawLines();
  }

  /** Only the ends and the code have numbers: those of hidden units mean nothing by themselves. */
  #numbered(layer: number): boolean {
    return layer === 0 || layer === this.#layout.code || layer === this.#widths.length - 1;
  }

  /** The arrow keys go from unit to unit. */
  #press(event: KeyboardEvent): void {
    const at = this.#units.findIndex(({ button }) => button === document.activeElement);
    if (at < 0) return;
    const { layer, unit } = this.#units[at]!.tile;
    const [sideways, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[
      event.key
    ] ?? [0, 0];
    const units = this.#widths[layer + sideways!];
    if ((sideways === 0 && down === 0) || units === undefined) return;
    event.preventDefault();
    const wanted = Math.min(units - 1, Math.max(0, unit + down!));
    const next = this.#units.find(({ tile }) => tile.layer === layer + sideways! && tile.unit === wanted)!;
    this.#units[at]!.button.tabIndex = -1;
    next.button.tabIndex = 0;
    next.button.focus();
  }

  set anatomy(anatomy: Anatomy) {
    this.#anatomy = anatomy;
    this.#flow += 1;
  }

  /** Draws the heat maps and numbers of every `count`th unit, so that no drawing takes long. */
  drawUnits(part: number, count: number): void {
    const anatomy = this.#anatomy;
    if (!anatomy) return;
    const shown = this.#units.filter((_, index) => index % count === part);
    const diverging = divergingColours();
    for (const { tile, canvas, number, bias } of shown) {
      const { layer, unit } = tile;
      const values = valuesOf(anatomy, tile);
      paintHeatMap(canvas, values, anatomy.side, this.#colourOf(layer, values));
      if (this.#numbered(layer)) number.textContent = signed(anatomy.probe[layer]![unit]!);
      if (bias) paintBias(bias, diverging(anatomy.biases[layer - 1]![unit]! / STRONG_BIAS));
    }
  }

  /** Draws the lines, and the funnel behind them. */
  drawLines(): void {
    if (sizeOnScreen(this.#lines).width === 0) return;
    const surface = fitToScreen(this.#lines);
    drawFunnel(surface, this.#layout, themeColour("funnel"));
    if (!this.#anatomy) return;
    const look = { chosen: this.#chosen, marked: this.#marked, flow: this.#flow };
    drawLinks(surface.context, this.#layout, this.#anatomy.weights, look);
  }

  /** The weight whose line is near a point of the drawing, in CSS pixels. */
  linkAt(x: number, y: number): ModelNumber | undefined {
    return this.#anatomy && linkAt(this.#layout, this.#anatomy.weights, x, y);
  }

  /** The bias that an element stands for. */
  biasOf(element: Element): ModelNumber | undefined {
    const shown = this.#units.find(({ bias }) => bias === element);
    return shown && { what: "bias", layer: shown.tile.layer - 1, place: shown.tile.unit };
  }

  valueOf({ what, layer, place }: ModelNumber): number | undefined {
    return this.#anatomy?.[what === "bias" ? "biases" : "weights"][layer]?.[place];
  }

  /** What a number is, such as "bias of code". */
  nameOf(number: ModelNumber): string {
    const { layer, unit, input } = belonging(this.#widths, number);
    const to = unitName(this.#widths, layer + 1, unit);
    return number.what === "bias" ? `bias of ${to}` : `${unitName(this.#widths, layer, input)} → ${to}`;
  }

  /** Where a number is drawn: a bias at its unit's corner, a weight in the middle of its line. */
  placeOf(number: ModelNumber): { x: number; y: number } {
    const { layer, unit, input } = belonging(this.#widths, number);
    const to = this.#layout.tiles[layer + 1]![unit]!;
    if (number.what === "bias") return { x: to.x - to.side / 2, y: to.y - to.side / 2 };
    const from = this.#layout.tiles[layer]![input]!;
    const [x0, x1] = endsOf(from, to);
    return { x: (x0 + x1) / 2, y: (from.y + to.y) / 2 };
  }

  /** Makes a number stand out, and none with undefined. */
  mark(number: ModelNumber | undefined): void {
    const key = (one: ModelNumber | undefined) => one && `${one.what} ${one.layer} ${one.place}`;
    if (key(number) === key(this.#marked)) return;
    this.#marked = number;
    for (const { tile, bias } of this.#units) {
      const own = number?.what === "bias" && number.layer === tile.layer - 1 && number.place === tile.unit;
      bias?.classList.toggle("marked", own);
    }
    this.#drawLinesSoon();
  }

  /** With the next frame, in a task of its own: many lines take a while. */
  #drawLinesSoon(): void {
    if (this.#requested) return;
    this.#requested = true;
    requestAnimationFrame(() => {
      this.#requested = false;
      this.drawLines();
    });
  }

  /** What a unit does; undefined as long as nothing is known. */
  outputsOf({ layer, unit }: Chosen): UnitOutputs | undefined {
    const anatomy = this.#anatomy;
    if (!anatomy) return undefined;
    const values = valuesOf(anatomy, { layer, unit });
    const name = unitName(this.#widths, layer, unit);
    return {
      name,
      probe: anatomy.probe[layer]![unit]!,
      values,
      side: anatomy.side,
      colour: this.#colourOf(layer, values),
    };
  }

  /** The ends are parts of the plane, and the middle is what is left of them; hidden units are more or less active. */
  #colourOf(layer: number, values: Float32Array): (value: number) => Rgb {
    const code = layer === this.#layout.code;
    const end = layer === 0 || layer === this.#widths.length - 1;
    const { middle, reach } =
      code || end ? spanOf(values) : { middle: 0, reach: reachOf(this.#anatomy!, layer) };
    const part = (value: number) => (reach > 0 ? (value - middle) / reach : 0);
    if (!code) {
      const diverging = divergingColours();
      return (value) => diverging(part(value));
    }
    const codes = rgbList(ramp(64, isDark()));
    return (value) => codes[Math.round(((part(value) + 1) / 2) * (codes.length - 1))]!;
  }
}

/** Only where it changes: the browser would draw the whole network again. */
function paintBias(bias: HTMLElement, colour: Rgb): void {
  const text = colour.join(" ");
  if (bias.dataset.colour === text) return;
  bias.dataset.colour = text;
  bias.style.background = `rgb(${text})`;
}

function valuesOf({ layers, side }: Anatomy, { layer, unit }: Chosen): Float32Array {
  return layers[layer]!.subarray(unit * side * side, (unit + 1) * side * side);
}

/** The largest output of a layer, so that its units can be compared. */
function reachOf({ layers }: Anatomy, layer: number): number {
  return layers[layer]!.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
