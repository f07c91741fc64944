/** Different values that are told apart; beyond, they are rounded until there are no more. */
const MOST = 8192;
/** Values that are taken in before they are sorted into the others. */
const BUFFER = 4096;

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
/** Which of the words has sign, exponent and the upper bits of the fraction. */
const HIGH = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/**
 * Counts how often each of many numbers occurs, in bounded memory, and so knows their median. Up to 8,192 different
 * values it is exact. Of more, the last bits of all fractions are dropped, as few as will do: which these are depends on
 * the numbers alone, so that the result does not depend on the order in which they come.
 */
export class ValueCounts {
  #values = new Float64Array(0);
  #counts = new Float64Array(0);
  #buffer = new Float64Array(64);
  #buffered = 0;
  #droppedBits = 0;
  /** How many numbers were added. */
  count = 0;
  least = Number.POSITIVE_INFINITY;
  most = Number.NEGATIVE_INFINITY;
  /** Whether all are whole. */
  integers = true;

  /** @param value a finite number */
  add(value: number): void {
    this.count++;
    if (value < this.least) this.least = value;
    if (value > this.most) this.most = value;
    if (this.integers && !Number.isInteger(value)) this.integers = false;
    if (this.#buffered === this.#buffer.length) {
      if (this.#buffer.length >= BUFFER) this.#merge();
      else this.#grow();
    }
    // Adding 0 makes 0 of −0.
    this.#buffer[this.#buffered++] = value + 0;
  }

  /** Whether every value is known as it came. */
  get exact(): boolean {
    this.#merge();
    return this.#droppedBits === 0;
  }

  /** How many different values there are; at least so many where it is not `exact`. */
  get distinct(): number {
    this.#merge();
    return this.#values.length;
  }

  /** The different values, smallest first, with how often each came. */
  entries(): [value: number, count: number][] {
    this.#merge();
    return Array.from(this.#values, (value, i) => [value, this.#counts[i]!]);
  }

  /** The median of all numbers, of the two in the middle their mean. Where it is not `exact`, within 2⁻¹⁰ of it or so. */
  median(): number {
    this.#merge();
    const lower = this.#at(Math.floor((this.count - 1) / 2));
    const upper = this.#at(Math.floor(this.count / 2));
    return lower === upper ? lower : lower / 2 + upper / 2;
  }

  copy(): ValueCounts {
    this.#merge();
    const copy = new ValueCounts();
    copy.#values = this.#values;
    copy.#counts = this.#counts;
    copy.#droppedBits = this.#droppedBits;
    Object.assign(copy, { count: this.count, least: this.least, most: this.most, integers: this.integers });
    return copy;
  }

  /** The number of a rank; of rounded ones the middle of what they were. */
  #at(rank: number): number {
    let below = 0;
    let index = 0;
    while (below + this.#counts[index]! <= rank) below += this.#counts[index++]!;
    const value = this.#values[index]!;
    const middle = this.#droppedBits === 0 ? value : withBit(value, this.#droppedBits - 1);
    return Math.min(this.most, Math.max(this.least, middle));
  }

  #grow(): void {
    const larger = new Float64Array(2 * this.#buffer.length);
    larger.set(this.#buffer);
    this.#buffer = larger;
  }

  #merge(): void {
    if (this.#buffered === 0) return;
    const added = this.#buffer.subarray(0, this.#buffered).sort();
    this.#buffered = 0;
    this.#combine(added);
    while (this.#values.length > MOST) {
      this.#droppedBits++;
      this.#combine(new Float64Array(0));
    }
  }

  /** Sorts values in, `added` being sorted by itself, and rounds them all. */
  #combine(added: Float64Array): void {
    const [values, counts] = [this.#values, this.#counts];
    const total = values.length + added.length;
    const [merged, times] = [new Float64Array(total), new Float64Array(total)];
    let size = 0;
    const put = (exact: number, count: number) => {
      const value = truncated(exact, this.#droppedBits);
      if (size === 0 || merged[size - 1] !== value) merged[size++] = value;
      times[size - 1]! += count;
    };
    for (let i = 0, j = 0; i + j < total; ) {
      if (j >= added.length || (i < values.length && values[i]! <= added[j]!)) {
        put(values[i]!, counts[i]!);
        i++;
      } else put(added[j++]!, 1);
    }
    this.#values = merged.slice(0, size);
    this.#counts = times.slice(0, size);
  }
}

/** The number without the last bits of its fraction, which keeps the order of numbers. */
function truncated(value: number, bits: number): number {
  if (bits === 0) return value;
  float[0] = value;
  if (bits < 32) words[1 - HIGH] = words[1 - HIGH]! & (-1 << bits);
  else {
    words[1 - HIGH] = 0;
    words[HIGH] = words[HIGH]! & (-1 << (bits - 32));
  }
  return float[0] + 0;
}

/** The number with one more bit of its fraction. */
function withBit(value: number, bit: number): number {
  float[0] = value;
  const word = bit < 32 ? 1 - HIGH : HIGH;
  words[word] = words[word]! | (1 << (bit % 32));
  return float[0];
}
