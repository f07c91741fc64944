/** The most distinct values that are kept apart; with more, values are rounded until they fit. */
const MOST = 8192;
/** Number of values to collect before they are sorted into the others. */
const BUFFER = 4096;

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
/** Which of the two 32-bit words holds the sign, exponent and upper bits of the fraction. */
const HIGH = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/**
 * Counts how often each number occurs, in bounded memory, to find the median. It is exact for up to 8,192 distinct
 * values. With more, the last bits of all fractions are dropped, as few as necessary. How many depends only on the
 * numbers, so the result does not depend on their order.
 */
export class ValueCounts {
  #values = new Float64Array(0);
  #counts = new Float64Array(0);
  #buffer = new Float64Array(64);
  #buffered = 0;
  #droppedBits = 0;
  /** How many numbers have been added. */
  count = 0;
  least = Number.POSITIVE_INFINITY;
  most = Number.NEGATIVE_INFINITY;
  /** Whether all numbers are integers. */
  integers = true;

  /** @param added a finite number; −0 counts as 0 */
  add(added: number): void {
    // Adding 0 turns −0 into 0.
    const value = added + 0;
    this.count++;
    if (value < this.least) this.least = value;
    if (value > this.most) this.most = value;
    if (this.integers && !Number.isInteger(value)) this.integers = false;
    if (this.#buffered === this.#buffer.length) {
      if (this.#buffer.length >= BUFFER) this.#merge();
      else this.#grow();
    }
    this.#buffer[this.#buffered++] = value;
  }

  /** Whether every value is stored without rounding. */
  get exact(): boolean {
    this.#merge();
    return this.#droppedBits === 0;
  }

  /** Number of distinct values; a lower bound if not `exact`. */
  get distinct(): number {
    this.#merge();
    return this.#values.length;
  }

  /** The distinct values, smallest first, with their counts. */
  entries(): [value: number, count: number][] {
    this.#merge();
    return Array.from(this.#values, (value, i) => [value, this.#counts[i]!]);
  }

  /**
   * The median of all numbers: the mean of the two in the middle if their count is even. If not `exact`, its relative
   * error is about 2⁻¹⁰ at most.
   */
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

  /** The number at a rank; if rounded, the middle of the interval it was rounded from. */
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

  /** Merges in `added`, which must be sorted, and rounds all values. */
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

/** The number without the last bits of its fraction. Keeps the order of numbers. */
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

/** The number with one more bit set in its fraction. */
function withBit(value: number, bit: number): number {
  float[0] = value;
  const word = bit < 32 ? 1 - HIGH : HIGH;
  words[word] = words[word]! | (1 << (bit % 32));
  return float[0];
}
