import { PRESETS as DIGITS } from "../digits/digitsPresets.js";
import { make } from "../shared/dom.js";
import type { Preset } from "../shared/presets.js";
import { PRESETS as SPIRAL } from "../spiral/spiralPresets.js";
import { PRESETS as TABLE } from "../table/tablePresets.js";
import { pictureFor } from "./presetPictures.js";

const PAGES: { [page: string]: readonly Pick<Preset<unknown>, "name" | "title" | "hint">[] } = {
  spiral: SPIRAL,
  digits: DIGITS,
  table: TABLE,
};

/** Fills a list with a card for each preset of the other pages. */
export function showPresets(list: HTMLElement): void {
  for (const [page, presets] of Object.entries(PAGES)) {
    for (const { name, title, hint } of presets) {
      const link = make("a", { href: `${page}.html?preset=${name}` }, pictureFor(name));
      link.append(make("strong", { textContent: title }), make("span", { textContent: hint }));
      list.append(make("li", {}, link));
    }
  }
}
