import { make, setText } from "../shared/dom.js";
import type { Link } from "./linkAt.js";
import { signed } from "./unitNames.js";

/** What the editor asks of the drawn network. */
export interface Links {
  /** The line near a point of the drawing, in CSS pixels. */
  linkAt(x: number, y: number): Link | undefined;
  /** What the line connects. */
  nameOf(link: Link): string;
}

/** Shows the weight of the line that is pointed at, and changes it after a click. */
export class WeightEditor {
  readonly #box: HTMLElement;
  readonly #links: Links;
  readonly #set: (link: Link, value: number) => void;
  readonly #note = make("div", { className: "weight-note", hidden: true });
  readonly #field = make("input", { type: "number", step: "0.1", ariaLabel: "Weight" });
  readonly #editor = make("div", { className: "weight-note editor", hidden: true }, this.#field);
  #edited: Link | undefined;

  /** @param set called with the weight that the visitor wants */
  constructor(box: HTMLElement, links: Links, set: (link: Link, value: number) => void) {
    this.#box = box;
    this.#links = links;
    this.#set = set;
    box.append(this.#note, this.#editor);
    box.addEventListener("pointermove", (event) => this.#point(event));
    box.addEventListener("pointerleave", () => this.#point(undefined));
    box.addEventListener("click", (event) => this.#open(event));
    this.#field.addEventListener("input", () => {
      const value = this.#field.valueAsNumber;
      if (this.#edited && Number.isFinite(value)) this.#set(this.#edited, value);
    });
    this.#field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === "Escape") this.close();
    });
    this.#field.addEventListener("blur", () => this.close());
  }

  /** Call when there is another network. */
  close(): void {
    this.#edited = undefined;
    this.#editor.hidden = true;
    this.#note.hidden = true;
  }

  #linkAt({ target, clientX, clientY }: MouseEvent): Link | undefined {
    // Units and the editor lie above the lines.
    if (target !== this.#box && !(target instanceof HTMLCanvasElement && target.parentElement === this.#box))
      return undefined;
    const { left, top } = this.#box.getBoundingClientRect();
    return this.#links.linkAt(clientX - left, clientY - top);
  }

  #point(event: PointerEvent | undefined): void {
    const link = event && this.#linkAt(event);
    this.#note.hidden = !link || this.#edited !== undefined;
    this.#box.classList.toggle("on-link", link !== undefined);
    if (!link) return;
    this.#note.replaceChildren(make("strong", { textContent: signed(link.weight) }), make("span"));
    setText(this.#note.lastElementChild!, `${this.#links.nameOf(link)}. Click to change it.`);
    this.#place(this.#note, event);
  }

  #open(event: MouseEvent): void {
    const link = this.#linkAt(event);
    if (!link) return;
    this.#edited = link;
    this.#note.hidden = true;
    this.#field.value = link.weight.toFixed(2);
    this.#editor.hidden = false;
    this.#place(this.#editor, event);
    this.#field.focus();
    this.#field.select();
  }

  /** Puts a note above the pointer, within the drawing. */
  #place(note: HTMLElement, { clientX, clientY }: MouseEvent): void {
    const { left, top, width } = this.#box.getBoundingClientRect();
    const x = Math.min(width - note.offsetWidth, Math.max(0, clientX - left - note.offsetWidth / 2));
    const above = clientY - top - note.offsetHeight - 12;
    const y = above >= 0 ? above : clientY - top + 16;
    Object.assign(note.style, { left: `${x}px`, top: `${y}px` });
  }
}
