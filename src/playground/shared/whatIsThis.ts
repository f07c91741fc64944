import { make } from "./dom.js";
import { GLOSSARY, type Term } from "./glossary.js";

/** Space between a button and its explanation, and to the window's edges, in CSS pixels. */
const GAP = 6;

/**
 * Adds a button “?” to each element with `data-what`, which opens an explanation in place. Escape, or a click elsewhere,
 * closes it.
 */
export function explainTerms(): void {
  for (const element of Array.from(document.querySelectorAll<HTMLElement>("[data-what]"))) {
    const term = element.dataset.what as Term;
    const { title, text } = GLOSSARY[term];
    const note = make("div", { className: "note", id: `what-${term}-${++count}` });
    note.popover = "auto";
    note.append(make("strong", { textContent: title }), make("p", { textContent: text }));
    const button = make("button", { type: "button", className: "what", textContent: "?" });
    button.ariaLabel = `What is this: ${title.toLowerCase()}?`;
    button.popoverTargetElement = note;
    note.addEventListener("toggle", () => place(note, button));
    element.append(button);
    document.body.append(note);
  }
}

let count = 0;

/** Puts a note below its button, or above it if there is no room, within the window. */
function place(note: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const { width, height } = note.getBoundingClientRect();
  const left = Math.min(at.left, document.documentElement.clientWidth - width - GAP);
  const below = at.bottom + GAP;
  const top = below + height > innerHeight ? at.top - GAP - height : below;
  note.style.left = `${Math.max(GAP, left) + scrollX}px`;
  note.style.top = `${Math.max(GAP, top) + scrollY}px`;
}
