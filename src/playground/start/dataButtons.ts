import { make } from "../shared/dom.js";
import { initialValues } from "../shared/settingsText.js";
import { pointsOf } from "../spiral/runPoints.js";
import { runOf, SETTINGS, type StartSettings } from "./startSettings.js";

const SVG = "http://www.w3.org/2000/svg";
/** Points of a small picture. */
const DOTS = 70;

/** The turns from which on a spiral is the picture with three. */
const MANY_TURNS = 2.5;

/** A pencil's path, for the picture that has no points yet. */
const PENCIL = "M.2 .2L.26 .42L.7 .86L.86 .7L.42 .26ZM.6 .76L.76 .6";

interface Choice {
  readonly title: string;
  readonly values: Partial<StartSettings>;
}

const CHOICES: readonly Choice[] = [
  { title: "Spiral", values: { data: "spiral", turns: 1 } },
  { title: "Three turns", values: { data: "spiral", turns: 3 } },
  { title: "S-curve", values: { data: "s-curve" } },
  { title: "Circle", values: { data: "circle" } },
  { title: "Two moons", values: { data: "moons" } },
  { title: "Clusters", values: { data: "clusters" } },
  { title: "Your own", values: { data: "drawing" } },
];

/** A small picture for each data set, which a click chooses. */
export class DataButtons {
  readonly #buttons: ReadonlyMap<Choice, HTMLButtonElement>;

  /** @param choose called with the settings that the visitor wants */
  constructor(box: HTMLElement, choose: (values: Partial<StartSettings>) => void) {
    this.#buttons = new Map(
      CHOICES.map((choice) => {
        const button = make("button", { type: "button", className: "data" }, pictureOf(choice.values));
        button.append(make("span", { textContent: choice.title }));
        button.addEventListener("click", () => choose(choice.values));
        return [choice, button];
      }),
    );
    box.append(...this.#buttons.values());
  }

  show({ data, turns }: StartSettings): void {
    for (const [{ values }, button] of this.#buttons) {
      const sameTurns = data !== "spiral" || (values.turns ?? 1) > MANY_TURNS === turns > MANY_TURNS;
      button.ariaPressed = String(values.data === data && sameTurns);
    }
  }
}

function pictureOf(values: Partial<StartSettings>): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "-0.12 -0.12 1.24 1.24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("class", values.data === "drawing" ? "pencil" : "dots");
  path.setAttribute("d", values.data === "drawing" ? PENCIL : dotsOf(values));
  svg.append(path);
  return svg;
}

/** Lines of no length, which become round dots. */
function dotsOf(values: Partial<StartSettings>): string {
  const settings = { ...initialValues(SETTINGS), noise: 0.12, ...values };
  const dots = Math.round(DOTS * Math.sqrt(values.turns ?? 1));
  const { points } = pointsOf({ ...runOf(settings), points: dots }).training;
  return Array.from({ length: points.rows }, (_, row) => {
    const [x, y] = points.row(row);
    return `M${x!.toFixed(3)} ${(1 - y!).toFixed(3)}h0`;
  }).join("");
}
