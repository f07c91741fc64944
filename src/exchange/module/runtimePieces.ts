import pieces from "#embedded/moduleRuntime";

/** The pieces of the runtime that a module needs: functions, classes and constants by their names. */
export class RuntimePieces {
  readonly #used = new Set<string>();

  /** Takes a piece, and what it needs, into the module. Returns its name. */
  use(name: string): string {
    if (this.#used.has(name)) return name;
    this.#used.add(name);
    for (const needed of pieces[name]!.needs) this.use(needed);
    return name;
  }

  /** The text of all of them, in the order of their files. */
  get text(): string {
    const texts = Object.entries(pieces).flatMap(([name, { text }]) => (this.#used.has(name) ? [text] : []));
    return [...new Set(texts)].join("\n\n");
  }
}
