import { make } from "../shared/dom.js";
import { isDark, themeColour } from "../shared/pageColours.js";
import { ramp } from "../shared/ramp.js";
import { fitToScreen } from "../shared/screenCanvas.js";
import type { Anatomy } from "../spiral/spiralMessages.js";
import { divergingColours, type Rgb, rgbList } from "./diverging.js";
import { paintHeatMap, spanOf } from "./heatMap.js";
import { type Link, linkAt } from "./linkAt.js";
import { drawFunnel, drawLinks } from "./links.js";
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
}

/** The network as a drawing: a heat map for each unit, a line for each weight. */
export class NetworkView {
  readonly #box: HTMLElement;
  readonly #lines: HTMLCanvasElement;
  readonly #choose: (chosen: Chosen | undefined) => void;
  #widths: readonly number[] = [];
  #layout: Layout = { tiles: [], code: 0 };
  #units: Shown[] = [];
  #anatomy: Anatomy | undefined;
  #chosen: Chosen | undefined;
  #flow = 0;

  /** @param choose called with the unit that the visitor points at or moves to, and with undefined afterwards */
  constructor(box: HTMLElement, choose: (chosen: Chosen | undefined) => void) {
    this.#box = box;
    this.#lines = box.querySelector("canvas")!;
    this.#choose = (chosen) => {
      this.#chosen = chosen;
      this.drawLines();
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
      for (const { button, number } of this.#units) {
        button.remove();
        number.remove();
      }
      this.#units = widths.flatMap((units, layer) =>
        Array.from({ length: units }, (_, unit) => this.#shown({ layer, unit })),
      );
      this.#units[0]!.button.tabIndex = 0;
    }
    this.#place();
  }

  #shown({ layer, unit }: Chosen): Shown {
    const code = (this.#widths.length - 1) / 2;
    const canvas = make("canvas", { ariaHidden: "true" });
    const button = make("button", { type: "button", tabIndex: -1, className: "unit" }, canvas);
    button.classList.toggle("code", layer === code);
    button.ariaLabel = unitName(this.#widths, layer, unit);
    const number = make("span", { className: "number", ariaHidden: "true" });
    for (const type of ["pointerenter", "focus"]) {
      button.addEventListener(type, () => this.#choose({ layer, unit }));
    }
    for (const type of ["pointerleave", "blur"]) button.addEventListener(type, () => this.#choose(undefined));
    this.#box.append(button, number);
    return { tile: { layer, unit, x: 0, y: 0, side: 0 }, button, canvas, number };
  }

  #place(): void {
    const { clientWidth: width, clientHeight: height } = this.#box;
    if (width === 0 || this.#widths.length === 0) return;
    this.#layout = layoutOf(this.#widths, width, height);
    const tiles = this.#layout.tiles.flat();
    this.#units = this.#units.map((unit, index) => ({ ...unit, tile: tiles[index]! }));
    for (const { tile, button, number } of this.#units) {
      const { x, y, side } = tile;
      Object.assign(button.style, {
        left: `${x - side / 2}px`,
        top: `${y - side / 2}px`,
        width: `${side}px`,
        height: `${side}px`,
      });
      Object.assign(number.style, { left: `${x}px`, top: `${y + side / 2}px` });
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
    for (const { tile, canvas, number } of shown) {
      const { layer, unit } = tile;
      const values = valuesOf(anatomy, tile);
      paintHeatMap(canvas, values, anatomy.side, this.#colourOf(layer, values));
      if (this.#numbered(layer)) number.textContent = signed(anatomy.probe[layer]![unit]!);
    }
  }

  /** Draws the lines, and the funnel behind them. */
  drawLines(): void {
    if (this.#lines.clientWidth === 0) return;
    const surface = fitToScreen(this.#lines);
    drawFunnel(surface, this.#layout, themeColour("funnel"));
    if (this.#anatomy)
      drawLinks(surface.context, this.#layout, this.#anatomy.weights, this.#chosen, this.#flow);
  }

  /** The line near a point of the drawing, in CSS pixels. */
  linkAt(x: number, y: number): Link | undefined {
    return this.#anatomy && linkAt(this.#layout, this.#anatomy.weights, x, y);
  }

  /** What a line connects. */
  nameOf({ layer, place }: Link): string {
    const inputs = this.#widths[layer]!;
    const [from, to] = [
      unitName(this.#widths, layer, place % inputs),
      unitName(this.#widths, layer + 1, Math.floor(place / inputs)),
    ];
    return `${from} → ${to}`;
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

function valuesOf({ layers, side }: Anatomy, { layer, unit }: Chosen): Float32Array {
  return layers[layer]!.subarray(unit * side * side, (unit + 1) * side * side);
}

/** The largest output of a layer, so that its units can be compared. */
function reachOf({ layers }: Anatomy, layer: number): number {
  return layers[layer]!.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
