// Gzip as small as Zopfli makes it, which is a sixteenth less than zlib's best: of all ways to write the data as literals
// and matches, the one with the fewest bits (RFC 1951; Zopfli: L. Vandevenne and J. Alakuijala, 2013). It takes seconds, so
// it is for what is packed once and loaded often.
import { gunzipSync, gzipSync } from "node:zlib";
import {
  BitWriter,
  DISTANCE_CODES,
  DISTANCES,
  END,
  frequencies,
  LENGTH_CODES,
  LENGTHS,
  LONGEST,
  SHORTEST,
  WINDOW,
  writeBlock,
} from "./deflateBlock.mjs";

/** Rounds of parsing by the costs that the round before led to; more do not help. */
const ROUNDS = 12;
/** Blocks begin and end at multiples of this many symbols. */
const GRAIN = 128;

/** For each position the matches that are longer than all nearer ones, as pairs of length and distance. */
function allMatches(data) {
  const newest = new Map();
  const older = new Int32Array(data.length);
  return Array.from(data, (_, at) => {
    const found = [];
    if (at + SHORTEST > data.length) return found;
    const key = data[at] | (data[at + 1] << 8) | (data[at + 2] << 16);
    const most = Math.min(LONGEST, data.length - at);
    older[at] = newest.get(key) ?? -1;
    newest.set(key, at);
    let best = SHORTEST - 1;
    for (let from = older[at]; from >= 0 && at - from <= WINDOW && best < most; from = older[from]) {
      if (data[from + best] !== data[at + best]) continue;
      let length = SHORTEST;
      while (length < most && data[from + length] === data[at + length]) length++;
      if (length > best) found.push([length, at - from]);
      best = Math.max(best, length);
    }
    return found;
  });
}

/** The cheapest symbols for the data, in order; a literal has distance 0. `costsAt` says what symbols at a position cost. */
function parse(data, matches, costsAt) {
  const cost = new Float64Array(data.length + 1).fill(Number.POSITIVE_INFINITY);
  const [length, distance] = [new Uint16Array(data.length + 1), new Uint16Array(data.length + 1)];
  cost[0] = 0;
  for (let at = 0; at < data.length; at++) {
    const { literals, lengths, distances } = costsAt(at);
    const reach = (size, far, bits) => {
      if (cost[at] + bits >= cost[at + size]) return;
      cost[at + size] = cost[at] + bits;
      length[at + size] = size;
      distance[at + size] = far;
    };
    reach(1, 0, literals[data[at]]);
    let size = SHORTEST;
    for (const [longest, far] of matches[at])
      for (const bits = distances[DISTANCE_CODES[far]]; size <= longest; size++)
        reach(size, far, bits + lengths[size]);
  }
  const symbols = [];
  for (let at = data.length; at > 0; at -= length[at])
    symbols.push({ at: at - length[at], length: length[at], distance: distance[at], byte: data[at - 1] });
  return symbols.reverse();
}

/** Bits of each code without rounding; a code that does not occur costs as much as one that occurs once. */
function entropies(counts) {
  const total = Math.log2(counts.reduce((sum, count) => sum + count, 1));
  return counts.map((count) => total - Math.log2(Math.max(1, count)));
}

/** What symbols cost in a block with these frequencies. */
function costsOf({ literals, distances }) {
  const [codes, far] = [entropies(literals), entropies(distances)];
  const lengths = Array.from(LENGTH_CODES, (code) => codes[END + 1 + code] + LENGTHS[code].bits);
  return { literals: codes, lengths, distances: far.map((bits, code) => bits + DISTANCES[code].bits) };
}

/** About the bits of a block with these frequencies, without extra bits, which are the same in any block. */
function blockBits({ literals, distances }) {
  const bits = (counts) => {
    const used = counts.filter((count) => count > 0);
    const total = used.reduce((sum, count) => sum + count, 0);
    return used.reduce((sum, count) => sum + 4 + count * Math.log2(total / count), 0);
  };
  return 60 + bits(literals) + bits(distances);
}

/** Cuts symbols into the blocks that take the fewest bits together. */
function intoBlocks(symbols) {
  const grains = Math.ceil(symbols.length / GRAIN);
  const counts = Array.from({ length: grains }, (_, i) =>
    frequencies(symbols.slice(i * GRAIN, (i + 1) * GRAIN)),
  );
  const least = [0, ...new Array(grains).fill(Number.POSITIVE_INFINITY)];
  const start = new Array(grains + 1).fill(0);
  for (let first = 0; first < grains; first++) {
    const sum = { literals: new Array(286).fill(0), distances: new Array(30).fill(0) };
    for (let end = first + 1; end <= grains; end++) {
      for (const kind of ["literals", "distances"])
        counts[end - 1][kind].forEach((count, code) => {
          sum[kind][code] += count;
        });
      const bits = least[first] + blockBits(sum);
      if (bits < least[end]) [least[end], start[end]] = [bits, first];
    }
  }
  const blocks = [];
  for (let end = grains; end > 0; end = start[end])
    blocks.push(symbols.slice(start[end] * GRAIN, end * GRAIN));
  return blocks.reverse();
}

/**
 * Compresses with gzip.
 *
 * @param {Uint8Array} data
 * @returns {Buffer}
 */
export function gzipBest(data) {
  const usual = gzipSync(data, { level: 9 });
  if (data.length === 0) return usual;
  const matches = allMatches(data);
  let costs = [
    { from: 0, ...costsOf({ literals: new Array(286).fill(1), distances: new Array(30).fill(1) }) },
  ];
  let best = usual;
  for (let round = 0; round < ROUNDS; round++) {
    let index = 0;
    const symbols = parse(data, matches, (at) => {
      while (costs[index + 1]?.from <= at) index++;
      return costs[index];
    });
    const blocks = intoBlocks(symbols);
    const writer = new BitWriter();
    blocks.forEach((block, i) => {
      writeBlock(writer, block, i === blocks.length - 1);
    });
    writer.flush();
    // The header and the checksum are the same as zlib's.
    const packed = Buffer.concat([usual.subarray(0, 10), Buffer.from(writer.bytes), usual.subarray(-8)]);
    if (packed.length < best.length) best = packed;
    costs = blocks.map((block) => ({ from: block[0].at, ...costsOf(frequencies(block)) }));
  }
  if (!gunzipSync(best).equals(data))
    throw new Error("gzipBest has written something else than it was given");
  return best;
}
