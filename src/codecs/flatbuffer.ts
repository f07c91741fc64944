/** Reads one table of a FlatBuffer; every place that it gives lies within the buffer, or else it throws a `RangeError`. */
export class FlatTable {
  readonly #view: DataView;
  readonly #at: number;
  readonly #fields: number;
  readonly #size: number;

  /** @param offset where the offset of the table stands */
  constructor(view: DataView, offset: number) {
    this.#view = view;
    this.#at = offset + view.getUint32(offset, true);
    this.#fields = this.#at - view.getInt32(this.#at, true);
    this.#size = view.getUint16(this.#fields, true);
    view.getUint16(this.#fields + this.#size - 2, true);
    // Larger ones would be negative to readers that take them for signed.
    if (this.#size > 0x7fff) throw new RangeError("a table of too many fields");
  }

  /** Place of a field; undefined where it has its default. */
  #field(id: number): number | undefined {
    const place = 4 + 2 * id;
    const offset = place < this.#size ? this.#view.getUint16(this.#fields + place, true) : 0;
    if (offset > 0x7fff) throw new RangeError("a table that is too large");
    return offset === 0 ? undefined : this.#at + offset;
  }

  byte(id: number): number {
    const at = this.#field(id);
    return at === undefined ? 0 : this.#view.getUint8(at);
  }

  short(id: number): number | undefined {
    const at = this.#field(id);
    return at === undefined ? undefined : this.#view.getInt16(at, true);
  }

  int(id: number): number | undefined {
    const at = this.#field(id);
    return at === undefined ? undefined : this.#view.getInt32(at, true);
  }

  /** An integer of 64 bits, as far as a number has room for it. */
  long(id: number): number {
    const at = this.#field(id);
    return at === undefined ? 0 : Number(this.#view.getBigInt64(at, true));
  }

  /** An integer of 64 bits at a place that `vector` gave. */
  longAt(at: number): number {
    return Number(this.#view.getBigInt64(at, true));
  }

  table(id: number): FlatTable | undefined {
    const at = this.#field(id);
    return at === undefined ? undefined : new FlatTable(this.#view, at);
  }

  /** Where the elements of a vector stand; none where the field is missing. */
  vector(id: number, elementSize: number): number[] {
    const at = this.#field(id);
    if (at === undefined) return [];
    const begin = at + this.#view.getUint32(at, true);
    const count = this.#view.getUint32(begin, true);
    if (begin + 4 + count * elementSize > this.#view.byteLength)
      throw new RangeError("a vector that is too long");
    return Array.from({ length: count }, (_, i) => begin + 4 + i * elementSize);
  }

  /** The tables of a vector of them. */
  tables(id: number): FlatTable[] {
    return this.vector(id, 4).map((at) => new FlatTable(this.#view, at));
  }

  text(id: number): string {
    const bytes = this.vector(id, 1).map((at) => this.#view.getUint8(at));
    return new TextDecoder().decode(Uint8Array.from(bytes));
  }
}
