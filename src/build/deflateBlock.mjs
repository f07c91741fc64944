// Writes blocks of a deflate stream (RFC 1951, section 3.2.7), each with Huffman codes of its own.

/** How far back a match may be. */
export const WINDOW = 32768;
export const SHORTEST = 3;
export const LONGEST = 258;
/** The code at the end of a block; those of lengths follow it. */
export const END = 256;

/** The first value of each code above `from`, whose extra bits grow by one every `every` codes after the first `flat`. */
function ranges(from, codes, flat, every) {
  const extra = Array.from({ length: codes }, (_, code) =>
    Math.max(0, Math.floor((code - flat) / every) + 1),
  );
  let first = from;
  return extra.map((bits) => {
    const range = { first, bits };
    first += 2 ** bits;
    return range;
  });
}

/** Lengths from code 257 on; the longest has a code of its own. */
export const LENGTHS = [...ranges(SHORTEST, 28, 8, 4), { first: LONGEST, bits: 0 }];
export const DISTANCES = ranges(1, 30, 4, 2);

/** By value, the code of a length or distance. */
function codesOf(table, most) {
  const codes = new Uint16Array(most + 1);
  table.forEach(({ first, bits }, code) => {
    codes.fill(code, first, Math.min(most + 1, first + 2 ** bits));
  });
  return codes;
}
export const LENGTH_CODES = codesOf(LENGTHS, LONGEST);
export const DISTANCE_CODES = codesOf(DISTANCES, WINDOW);

const literalCode = ({ distance, length, byte }) => (distance ? END + 1 + LENGTH_CODES[length] : byte);

/** How often each code occurs in a block. */
export function frequencies(symbols) {
  const [literals, distances] = [new Array(286).fill(0), new Array(30).fill(0)];
  literals[END] = 1;
  for (const symbol of symbols) {
    literals[literalCode(symbol)]++;
    if (symbol.distance) distances[DISTANCE_CODES[symbol.distance]]++;
  }
  return { literals, distances };
}

/** Lengths of a Huffman code, none above `most` bits, by package-merge (Larmore and Hirschberg, 1990). */
function codeLengths(counts, most) {
  const lengths = new Array(counts.length).fill(0);
  const leaves = counts.map((count, code) => ({ count, codes: [code] })).filter(({ count }) => count > 0);
  if (leaves.length < 2) {
    for (const { codes } of leaves) lengths[codes[0]] = 1;
    return lengths;
  }
  leaves.sort((a, b) => a.count - b.count);
  let row = leaves;
  for (let level = 1; level < most; level++) {
    const pairs = Array.from({ length: row.length >> 1 }, (_, i) => ({
      count: row[2 * i].count + row[2 * i + 1].count,
      codes: [...row[2 * i].codes, ...row[2 * i + 1].codes],
    }));
    row = [...leaves, ...pairs].sort((a, b) => a.count - b.count);
  }
  for (const { codes } of row.slice(0, 2 * leaves.length - 2)) for (const code of codes) lengths[code]++;
  return lengths;
}

/** The codes of these lengths, with their bits in the order in which they are written. */
function canonical(lengths) {
  const codes = new Array(lengths.length).fill(0);
  let next = 0;
  for (let length = 1; length <= 15; length++, next *= 2)
    lengths.forEach((own, code) => {
      if (own === length)
        codes[code] = Number.parseInt([...(next++).toString(2).padStart(length, "0")].reverse().join(""), 2);
    });
  return codes;
}

/** Bits, from the lowest of each byte on. */
export class BitWriter {
  bytes = [];
  #byte = 0;
  #filled = 0;

  write(value, bits) {
    for (let i = 0; i < bits; i++) {
      this.#byte |= ((value >> i) & 1) << this.#filled++;
      if (this.#filled === 8) this.flush();
    }
  }

  flush() {
    if (this.#filled > 0) this.bytes.push(this.#byte);
    this.#byte = this.#filled = 0;
  }
}

const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Code lengths with repetitions: 16 repeats the length before, 17 and 18 repeat 0. */
function repeated(lengths) {
  const items = [];
  for (let at = 0; at < lengths.length; ) {
    let run = 1;
    while (lengths[at + run] === lengths[at]) run++;
    at += run;
    const length = lengths[at - 1];
    if (length > 0) items.push({ code: length }) && run--;
    while (run >= 3) {
      const most = length > 0 ? 6 : 138;
      const count = Math.min(run, most);
      if (length > 0) items.push({ code: 16, value: count - 3, bits: 2 });
      else if (count <= 10) items.push({ code: 17, value: count - 3, bits: 3 });
      else items.push({ code: 18, value: count - 11, bits: 7 });
      run -= count;
    }
    while (run-- > 0) items.push({ code: length });
  }
  return items;
}

/** Writes which codes a block uses. */
function writeCodes(writer, literals, distances) {
  const used = Math.max(257, literals.findLastIndex((length) => length > 0) + 1);
  const far = Math.max(1, distances.findLastIndex((length) => length > 0) + 1);
  const items = repeated([...literals.slice(0, used), ...distances.slice(0, far)]);
  const counts = new Array(19).fill(0);
  for (const { code } of items) counts[code]++;
  const lengths = codeLengths(counts, 7);
  const codes = canonical(lengths);
  const sent = Math.max(4, ORDER.findLastIndex((code) => lengths[code] > 0) + 1);
  writer.write(used - 257, 5);
  writer.write(far - 1, 5);
  writer.write(sent - 4, 4);
  for (const code of ORDER.slice(0, sent)) writer.write(lengths[code], 3);
  for (const { code, value = 0, bits = 0 } of items) {
    writer.write(codes[code], lengths[code]);
    writer.write(value, bits);
  }
}

/** Writes symbols as a block. */
export function writeBlock(writer, symbols, last) {
  const counts = frequencies(symbols);
  const [literals, distances] = [codeLengths(counts.literals, 15), codeLengths(counts.distances, 15)];
  const [codes, far] = [canonical(literals), canonical(distances)];
  writer.write(last ? 1 : 0, 1);
  writer.write(2, 2);
  writeCodes(writer, literals, distances);
  for (const symbol of symbols) {
    const code = literalCode(symbol);
    writer.write(codes[code], literals[code]);
    if (!symbol.distance) continue;
    const [length, distance] = [LENGTH_CODES[symbol.length], DISTANCE_CODES[symbol.distance]];
    writer.write(symbol.length - LENGTHS[length].first, LENGTHS[length].bits);
    writer.write(far[distance], distances[distance]);
    writer.write(symbol.distance - DISTANCES[distance].first, DISTANCES[distance].bits);
  }
  writer.write(codes[END], literals[END]);
}
