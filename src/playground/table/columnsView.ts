import { byId, make, setText } from "../shared/dom.js";
import { grouped } from "../shared/showNumber.js";
import type { ColumnChoices, ColumnReport, TableReport, Use } from "./tableMessages.js";
import { USES } from "./tableMessages.js";

/** The most columns to show at once. A field finds the others. */
const MOST_SHOWN = 100;
/** From this number of columns on there is such a field. */
const MANY = 20;

const NAMES: Readonly<Record<Use, string>> = {
  auto: "automatic",
  number: "number",
  category: "category",
  boolean: "yes or no",
  date: "date",
  drop: "leave out",
  label: "labels",
  id: "name of the row",
};

/** The table of the columns, with a choice for each. */
export class ColumnsView {
  readonly #choose: (choices: ColumnChoices) => void;
  readonly #filter = byId("filter", HTMLInputElement);
  readonly #oddLabels = byId("odd-labels", HTMLInputElement);
  #report: TableReport | undefined;

  /** @param choose called when the visitor makes another choice */
  constructor(choose: (choices: ColumnChoices) => void) {
    this.#choose = choose;
    this.#filter.addEventListener("input", () => this.#draw());
    this.#oddLabels.addEventListener("change", () => this.#send(this.#report!.choices.uses));
  }

  set report(report: TableReport) {
    if (this.#report?.title !== report.title) this.#filter.value = "";
    this.#report = report;
    const { title, rows, columns, features, notes, labels, choices, detector } = report;
    const used = columns.filter((column) => column.features > 0).length;
    const told =
      `${title}: ${grouped(rows)} rows, ${grouped(columns.length)} columns, of which ${grouped(used)} are used ` +
      `(${grouped(features)} ${features === 1 ? "value" : "values"} a row).` +
      (labels
        ? ` Column ${labels.column} calls ${grouped(labels.odd)} rows odd; nothing is learned from it.`
        : "") +
      (detector === undefined ? "" : ` ${detector} has settled what they are.`);
    setText(byId("table-title", HTMLElement), told);
    byId("notes", HTMLElement).replaceChildren(...notes.map((note) => make("li", { textContent: note })));
    byId("filter-field", HTMLElement).hidden = columns.length < MANY;
    const labelled = columns.some(({ type }) => type === "label");
    byId("label-field", HTMLElement).hidden = !labelled || detector !== undefined;
    this.#oddLabels.value = choices.oddLabels;
    this.#draw();
  }

  #draw(): void {
    const { columns, choices, detector } = this.#report!;
    const wanted = this.#filter.value.trim().toLowerCase();
    const found = Array.from(columns.keys()).filter((i) => columns[i]!.name.toLowerCase().includes(wanted));
    const focused = document.activeElement?.id;
    byId("columns", HTMLTableElement).tBodies[0]!.replaceChildren(
      ...found
        .slice(0, MOST_SHOWN)
        .map((i) => this.#row(i, columns[i]!, choices.uses[i] ?? "auto", detector !== undefined)),
    );
    const left = found.length - MOST_SHOWN;
    setText(
      byId("more-columns", HTMLElement),
      left > 0 ? `… and ${grouped(left)} more; find them by name.` : "",
    );
    // The select that was used is a new element now.
    if (focused?.startsWith("use-")) document.getElementById(focused)?.focus();
  }

  #row(index: number, column: ColumnReport, use: Use, settled: boolean): HTMLTableRowElement {
    const { name, type, features, missing, range, action } = column;
    const select = make("select", { id: `use-${index}`, ariaLabel: `Use ${name} as`, disabled: settled });
    for (const each of USES)
      select.append(make("option", { value: each, textContent: NAMES[each], selected: each === use }));
    select.addEventListener("change", () => this.#use(index, select.value as Use));
    const what = [range, missing > 0 ? `${grouped(missing)} missing` : ""].filter((text) => text !== "");
    const found = what.length > 0 ? `${type}: ${what.join("; ")}` : type;
    return make(
      "tr",
      { className: features > 0 ? "" : "unused" },
      make("th", { scope: "row", textContent: name }),
      make("td", {}, select),
      make("td", { textContent: found }),
      make("td", { textContent: action }),
    );
  }

  #use(index: number, use: Use): void {
    const uses = this.#report!.choices.uses.map((before, i) => {
      if (i === index) return use;
      // A table has one column of labels, and one of names.
      return before === use && (use === "label" || use === "id") ? "auto" : before;
    });
    this.#send(uses);
  }

  #send(uses: readonly Use[]): void {
    this.#choose({ uses, oddLabels: this.#oddLabels.value });
  }
}
