import { byId, make, setText } from "./dom.js";
import type { Preset } from "./presets.js";

/** The presets of a page as links, and what to do with the one that is chosen. */
export class PresetRow {
  readonly #links: ReadonlyMap<string, HTMLAnchorElement>;
  readonly #hint = byId("preset-hint", HTMLElement);

  constructor(presets: readonly Pick<Preset<unknown>, "name" | "title">[]) {
    const search = (name: string) => {
      const query = new URLSearchParams(location.search);
      query.delete("pretrained");
      query.set("preset", name);
      return `?${query}`;
    };
    this.#links = new Map(
      presets.map(({ name, title }) => [name, make("a", { href: search(name), textContent: title })]),
    );
    byId("presets", HTMLElement).append(...this.#links.values());
  }

  /** Marks a preset and shows its hint; without one, shows that the settings are the visitor's own. */
  show(preset: Pick<Preset<unknown>, "name" | "hint"> | undefined): void {
    for (const [name, link] of this.#links) {
      if (name === preset?.name) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    setText(this.#hint, preset?.hint ?? "");
    this.#hint.hidden = !preset;
  }
}
