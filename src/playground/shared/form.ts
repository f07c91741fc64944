import { make, setText } from "./dom.js";
import { initialValues, type Settings } from "./settingsText.js";

/** What Undo takes back: changes of settings, which begin another model, or something else of the model that is there. */
type Undoable<Values> =
  | { readonly name: keyof Values & string; readonly values: Values }
  | { readonly back: () => void };

/** A form with one field per setting, matched by name. */
export class SettingsForm<Values> {
  readonly #settings: Settings<Values>;
  readonly #fields: ReadonlyMap<keyof Values & string, HTMLInputElement | HTMLSelectElement>;
  readonly #changed: (name: keyof Values & string, undone: boolean) => void;
  readonly #undo: HTMLButtonElement | null;
  #values: Values;
  /** What the fields show instead, of a loaded model. */
  #loaded: Partial<Values> | undefined;
  /** What was before each change of the visitor, the last one last. */
  #before: Undoable<Values>[] = [];

  /**
   * A button with the id `undo`, if there is one, takes back changes.
   *
   * @param changed called with the name of a field when the visitor enters a new valid value, or takes one back. For an
   *   invalid value, the form shows an error beside the field instead, and nothing changes.
   */
  constructor(
    form: HTMLFormElement,
    settings: Settings<Values>,
    changed: (name: keyof Values & string, undone: boolean) => void,
  ) {
    this.#settings = settings;
    this.#changed = changed;
    this.#undo = document.querySelector<HTMLButtonElement>("button#undo");
    this.#undo?.addEventListener("click", () => this.undo());
    this.#values = initialValues(settings);
    const names = Object.keys(settings) as (keyof Values & string)[];
    this.#fields = new Map(names.map((name) => [name, fieldOf(form, name)]));
    form.addEventListener("submit", (event) => event.preventDefault());
    for (const [name, field] of this.#fields) {
      field.addEventListener("change", () => {
        this.#takeLoaded(name);
        if (this.#take([name])) this.#changed(name, false);
      });
      if (isRange(field)) field.addEventListener("input", () => showRange(field));
    }
  }

  get values(): Values {
    return this.#values;
  }

  /** Puts values into the fields. */
  set values(values: Values) {
    this.#values = values;
    this.#loaded = undefined;
    for (const [name, field] of this.#fields) {
      put(field, this.#settings[name].format(values[name]));
      complain(field, "");
    }
  }

  /**
   * Shows settings of a loaded model in their fields, without taking them over. With a change of the visitor, and with
   * undefined, the fields show the page's own settings again.
   */
  showLoaded(loaded: Partial<Values> | undefined): void {
    for (const [name, field] of this.#fields) {
      const other = loaded !== undefined && Object.hasOwn(loaded, name);
      const value = other ? (loaded[name] as Values[typeof name]) : this.#values[name];
      put(field, this.#settings[name].format(value));
      field.classList.toggle("loaded", other);
    }
    this.#loaded = loaded;
  }

  /** Changes settings as the visitor does; several are taken back at once. */
  change(changes: Partial<Values>): void {
    const names = Object.keys(changes) as (keyof Values & string)[];
    for (const name of names) put(this.#fields.get(name)!, this.#settings[name].format(changes[name]!));
    if (this.#take(names)) this.#changed(names[0]!, false);
  }

  /** A change begins a model of the settings. It starts from those of the loaded model, which the visitor sees. */
  #takeLoaded(changed: keyof Values & string): void {
    if (!this.#loaded) return;
    const { [changed]: _, ...seen } = this.#loaded;
    this.#values = { ...this.#values, ...seen };
    this.#loaded = undefined;
    for (const field of this.#fields.values()) field.classList.remove("loaded");
  }

  /** Takes back the visitor's last change. */
  undo(): void {
    const before = this.#before.pop();
    if (!before) return;
    if ("back" in before) before.back();
    else {
      this.values = before.values;
      this.#changed(before.name, true);
    }
    this.#showUndo();
  }

  /** Lets Undo take back a change of the model, by calling `back`. */
  undoable(back: () => void): void {
    this.#before.push({ back });
    this.#showUndo();
  }

  /** Call when there is another model: only changes of settings can be taken back then. */
  forget(): void {
    this.#before = this.#before.filter((one) => !("back" in one));
    this.#showUndo();
  }

  #showUndo(): void {
    if (this.#undo) this.#undo.disabled = this.#before.length === 0;
  }

  /** Reads fields. Returns false if a value is invalid, or all are unchanged. */
  #take(names: readonly (keyof Values & string)[]): boolean {
    const values = { ...this.#values };
    for (const name of names) {
      const field = this.#fields.get(name)!;
      try {
        values[name] = this.#settings[name].parse(field.value);
        complain(field, "");
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        complain(field, error.message);
        return false;
      }
    }
    const text = (all: Values, name: keyof Values) => this.#settings[name].format(all[name]);
    if (names.every((name) => text(values, name) === text(this.#values, name))) return false;
    this.#before.push({ name: names[0]!, values: this.#values });
    this.#showUndo();
    this.#values = values;
    return true;
  }
}

function isRange(field: HTMLInputElement | HTMLSelectElement): field is HTMLInputElement {
  return field.type === "range";
}

/** Shows a slider's value in the `output` for it, with the unit that this has in `data-unit`. */
function showRange(field: HTMLInputElement): void {
  const output = document.querySelector<HTMLOutputElement>(`output[for=${field.id}]`);
  if (output) setText(output, field.value + (output.dataset.unit ?? ""));
}

/** Puts text into a field. A link may have a value that a list or a slider does not offer; it takes the value up. */
function put(field: HTMLInputElement | HTMLSelectElement, text: string): void {
  field.value = text;
  if (isRange(field)) {
    if (Number(text) > Number(field.max)) field.max = text;
    field.value = text;
    if (field.value !== text) field.step = "any";
    field.value = text;
    showRange(field);
  }
  if (field.value === text || !(field instanceof HTMLSelectElement)) return;
  field.append(make("option", { value: text, textContent: text }));
  field.value = text;
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
