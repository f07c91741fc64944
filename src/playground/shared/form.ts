import { make, setText } from "./dom.js";
import { initialValues, type Settings } from "./settingsText.js";

/** A form with one field per setting, matched by name. */
export class SettingsForm<Values> {
  readonly #settings: Settings<Values>;
  readonly #fields: ReadonlyMap<keyof Values & string, HTMLInputElement | HTMLSelectElement>;
  #values: Values;

  /**
   * @param changed called with the name of a field when the visitor enters a new valid value. For an invalid value, the
   *   form shows an error beside the field instead, and nothing changes.
   */
  constructor(
    form: HTMLFormElement,
    settings: Settings<Values>,
    changed: (name: keyof Values & string) => void,
  ) {
    this.#settings = settings;
    this.#values = initialValues(settings);
    const names = Object.keys(settings) as (keyof Values & string)[];
    this.#fields = new Map(names.map((name) => [name, fieldOf(form, name)]));
    form.addEventListener("submit", (event) => event.preventDefault());
    for (const [name, field] of this.#fields) {
      field.addEventListener("change", () => {
        if (this.#take(name, field)) changed(name);
      });
    }
  }

  get values(): Values {
    return this.#values;
  }

  /** Puts values into the fields. */
  set values(values: Values) {
    this.#values = values;
    for (const [name, field] of this.#fields) {
      field.value = this.#settings[name].format(values[name]);
      complain(field, "");
    }
  }

  /** Reads a field. Returns false if the value is invalid or unchanged. */
  #take(name: keyof Values & string, field: HTMLInputElement | HTMLSelectElement): boolean {
    const { parse, format } = this.#settings[name];
    try {
      const value = parse(field.value);
      complain(field, "");
      if (format(value) === format(this.#values[name])) return false;
      this.#values = { ...this.#values, [name]: value };
      return true;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      complain(field, error.message);
      return false;
    }
  }
}

function fieldOf(form: HTMLFormElement, name: string): HTMLInputElement | HTMLSelectElement {
  const field = form.elements.namedItem(name);
  if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) return field;
  throw new Error(`the form has no field ${name}`);
}

/** Shows an error beside a field, or removes it if the text is empty. */
function complain(field: HTMLInputElement | HTMLSelectElement, text: string): void {
  const id = `${field.id}-problem`;
  let problem = document.getElementById(id);
  if (!problem) {
    if (text === "") return;
    problem = make("p", { id, className: "problem", role: "alert" });
    field.after(problem);
  }
  setText(problem, text);
  problem.hidden = text === "";
  if (text === "") field.removeAttribute("aria-invalid");
  else field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", id);
}

/** Fills a select element with options. */
export function offer(select: HTMLSelectElement, names: readonly string[]): void {
  select.replaceChildren(...names.map((name) => make("option", { value: name, textContent: name })));
}
