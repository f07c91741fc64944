import { byId, make, setText } from "../shared/dom.js";
import { significant } from "../shared/showNumber.js";
import type { Find } from "./tableMessages.js";

/** How many rows are shown at first, and how many more each time. */
export const SHOWN = 15;

/** The table of the oddest rows. */
export class FindsView {
  #finds: readonly Find[] = [];
  #marks: { threshold: number; deciding: Float32Array; labels: Uint8Array | undefined } | undefined;

  get first(): Find | undefined {
    return this.#finds[0];
  }

  /** @param more whether there can be more of them */
  show(finds: readonly Find[], more: boolean): void {
    this.#finds = finds;
    const body = byId("finds", HTMLTableElement).tBodies[0]!;
    body.replaceChildren(...finds.map(rowOf));
    byId("more", HTMLButtonElement).hidden = !more;
    this.#mark();
  }

  /** Marks the rows that are flagged, and those that labels call odd. */
  mark(threshold: number, deciding: Float32Array, labels: Uint8Array | undefined): void {
    this.#marks = { threshold, deciding, labels };
    this.#mark();
  }

  #mark(): void {
    if (!this.#marks) return;
    const { threshold, deciding, labels } = this.#marks;
    const rows = byId("finds", HTMLTableElement).tBodies[0]!.rows;
    this.#finds.forEach(({ first, last, row }, i) => {
      const flagged = deciding[row]! > threshold;
      const odd = labels?.subarray(first, last + 1).includes(1);
      rows[i]!.className = flagged ? "flagged" : "";
      setText(rows[i]!.querySelector(".marks")!, [flagged ? "▲" : "", odd ? "odd" : ""].join(" ").trim());
    });
  }
}

function rowOf({ place, score, reasons }: Find): HTMLTableRowElement {
  const list = reasons.map(({ text, share }) => {
    const bar = make("span", { className: "share" });
    bar.style.setProperty("--share", String(share));
    // The percentage stays in one line.
    const at = text.lastIndexOf(" (") + 1;
    const percentage = make("span", { className: at > 0 ? "one-line" : "", textContent: text.slice(at) });
    return make("li", {}, bar, make("span", {}, text.slice(0, at), percentage));
  });
  return make(
    "tr",
    {},
    make("th", { scope: "row" }, place, make("span", { className: "marks" })),
    make("td", { className: "number", textContent: significant(score) }),
    make("td", {}, make("ul", { className: "reasons" }, ...list)),
  );
}
