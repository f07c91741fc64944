import { make, setText } from "../shared/dom.js";
import type { ModelNumber } from "../spiral/spiralMessages.js";
import { firstNumberOf, numberAfter } from "./numberSteps.js";
import { signed } from "./unitNames.js";

/** What the editor asks of the drawn network. */
export interface Numbers {
  /** Units of each layer. */
  readonly widths: readonly number[];
  /** The weight near a point of the drawing, in CSS pixels. */
  linkAt(x: number, y: number): ModelNumber | undefined;
  /** The bias that an element stands for. */
  biasOf(element: Element): ModelNumber | undefined;
  valueOf(number: ModelNumber): number | undefined;
  /** What it is, such as "weight from input x₁ to code". */
  nameOf(number: ModelNumber): string;
  /** Where it is drawn, in CSS pixels. */
  placeOf(number: ModelNumber): { x: number; y: number };
  /** Makes it stand out, and none with undefined. */
  mark(number: ModelNumber | undefined): void;
}

/** What the editor does with a number. */
export interface NumberActions {
  /** Gives it the value that the visitor wants. */
  set(number: ModelNumber, value: number): void;
  /** Called when the visitor is done with one that had another value before. */
  changed(number: ModelNumber, before: number): void;
}

/** The number that is being changed: what it was, and is now. */
interface Edited {
  readonly number: ModelNumber;
  readonly before: number;
  readonly byKey: boolean;
  value: number;
}

/**
 * Shows the weight or the bias that is pointed at, and changes it after a click. A button in the drawing does the same by
 * keyboard: the arrow keys go from number to number, and Enter changes one.
 */
export class NumberEditor {
  readonly #box: HTMLElement;
  readonly #numbers: Numbers;
  readonly #actions: NumberActions;
  readonly #note = make("div", { className: "number-note", hidden: true });
  readonly #field = make("input", { type: "number", step: "0.1" });
  readonly #editor = make("div", { className: "number-note editor", hidden: true }, this.#field);
  readonly #cursor = make("button", { type: "button", className: "cursor" });
  /** Tells screen readers where the cursor has come to. */
  readonly #told = make("p", { className: "unseen", ariaLive: "polite" });
  /** Where the cursor is. */
  #at: ModelNumber = firstNumberOf(1, 0);
  /** Under the pointer. */
  #pointed: ModelNumber | undefined;
  #edited: Edited | undefined;

  constructor(box: HTMLElement, numbers: Numbers, actions: NumberActions) {
    this.#box = box;
    this.#numbers = numbers;
    this.#actions = actions;
    box.append(this.#note, this.#cursor, this.#editor, this.#told);
    this.#cursor.ariaLabel = "Weights and biases. The arrow keys go from one to the next, Enter changes one.";
    box.addEventListener("pointermove", (event) => this.#point(event));
    box.addEventListener("pointerleave", () => this.#point(undefined));
    box.addEventListener("click", (event) => this.#click(event));
    this.#cursor.addEventListener("focus", () => this.#goTo(this.#at));
    this.#cursor.addEventListener("blur", () => this.#leave());
    this.#cursor.addEventListener("keydown", (event) => this.#press(event));
    this.#field.addEventListener("input", () => {
      const value = this.#field.valueAsNumber;
      if (Number.isFinite(value)) this.#set(value);
    });
    this.#field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      // It would press the cursor, to which the focus goes.
      event.preventDefault();
      if (event.key === "Escape" && this.#edited) this.#set(this.#edited.before);
      this.#finish();
    });
    this.#field.addEventListener("blur", () => this.close());
  }

  /** Call when there is another network. */
  close(): void {
    const edited = this.#edited;
    this.#edited = undefined;
    this.#editor.hidden = true;
    this.#leave();
    if (edited && edited.value !== edited.before) this.#actions.changed(edited.number, edited.before);
  }

  /** Gives the number that is being changed a value. */
  #set(value: number): void {
    const edited = this.#edited;
    if (!edited || value === edited.value) return;
    edited.value = value;
    this.#actions.set(edited.number, value);
  }

  /** Call when the numbers have changed: the one that is shown is shown as it is now. */
  update(): void {
    const number = this.#pointed ?? this.#at;
    const shown = this.#note.querySelector("strong");
    const value = this.#numbers.valueOf(number);
    if (shown && value !== undefined && !this.#note.hidden) setText(shown, signed(value));
  }

  #leave(): void {
    this.#note.hidden = true;
    if (!this.#edited) this.#numbers.mark(undefined);
  }

  /** After the field: back to where the keyboard came from. */
  #finish(): void {
    const byKey = this.#edited?.byKey;
    this.close();
    if (byKey) this.#cursor.focus();
  }

  #numberAt({ target, clientX, clientY }: MouseEvent): ModelNumber | undefined {
    if (!(target instanceof Element)) return undefined;
    const bias = this.#numbers.biasOf(target);
    // Units and the editor lie above the lines.
    const drawing =
      target === this.#box || (target.localName === "canvas" && target.parentElement === this.#box);
    if (bias || !drawing) return bias;
    const { left, top } = this.#box.getBoundingClientRect();
    return this.#numbers.linkAt(clientX - left, clientY - top);
  }

  #point(event: PointerEvent | undefined): void {
    const number = event && this.#numberAt(event);
    this.#pointed = number;
    this.#box.classList.toggle("on-number", number !== undefined);
    if (this.#edited) return;
    if (!number) {
      if (document.activeElement !== this.#cursor) this.#leave();
      return;
    }
    this.#show(number, event, "Click to change it.");
  }

  #click(event: MouseEvent): void {
    const { target } = event;
    // A unit that is pressed by a key leads to its own numbers.
    const unit = target instanceof Element ? target.closest<HTMLElement>(".unit") : null;
    if (unit && event.detail === 0) {
      this.#at = firstNumberOf(Number(unit.dataset.layer), Number(unit.dataset.unit));
      this.#cursor.focus();
      return;
    }
    if (target === this.#cursor) {
      this.#edit(this.#at, undefined);
      return;
    }
    // Lines lie close together, so the one that is shown counts; fingers do not point before they click.
    const number = this.#pointed ?? this.#numberAt(event);
    if (number) this.#edit(number, event);
  }

  #press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const next = numberAfter(this.#numbers.widths, this.#at, event.key);
    if (!next) return;
    event.preventDefault();
    this.#goTo(next);
  }

  #goTo(number: ModelNumber): void {
    // The network may have become smaller.
    this.#at = this.#numbers.valueOf(number) === undefined ? firstNumberOf(1, 0) : number;
    const { x, y } = this.#numbers.placeOf(this.#at);
    Object.assign(this.#cursor.style, { left: `${x}px`, top: `${y}px` });
    this.#show(this.#at);
    setText(this.#told, this.#note.textContent ?? "");
  }

  /** Shows a number in a note at the pointer, or where it is drawn. */
  #show(number: ModelNumber, at?: MouseEvent, hint = "Enter changes it."): void {
    const value = this.#numbers.valueOf(number);
    if (value === undefined) return;
    this.#numbers.mark(number);
    this.#note.hidden = false;
    this.#note.replaceChildren(
      make("strong", { textContent: signed(value) }),
      " ",
      make("span", { textContent: `${this.#numbers.nameOf(number)}. ${hint}` }),
    );
    this.#place(this.#note, number, at);
  }

  #edit(number: ModelNumber, at: MouseEvent | undefined): void {
    const before = this.#numbers.valueOf(number);
    if (before === undefined) return;
    this.#edited = { number, before, byKey: at === undefined, value: before };
    this.#note.hidden = true;
    this.#numbers.mark(number);
    this.#field.value = before.toFixed(2);
    this.#field.ariaLabel = this.#numbers.nameOf(number);
    this.#editor.hidden = false;
    this.#place(this.#editor, number, at);
    this.#field.focus();
    this.#field.select();
  }

  /** Puts a note above the pointer, or without one at the other end of the drawing than the number. */
  #place(note: HTMLElement, number: ModelNumber, at: MouseEvent | undefined): void {
    const { left, top, width, height } = this.#box.getBoundingClientRect();
    const place = at ? { x: at.clientX - left, y: at.clientY - top } : this.#numbers.placeOf(number);
    const x = Math.min(width - note.offsetWidth, Math.max(0, place.x - note.offsetWidth / 2));
    const above = place.y - note.offsetHeight - 12;
    const atPointer = above >= 0 ? above : place.y + 16;
    const atEnd = place.y > height / 2 ? 0 : height - note.offsetHeight;
    Object.assign(note.style, { left: `${x}px`, top: `${at ? atPointer : atEnd}px` });
  }
}
