/** CRCs of single bytes, and of bytes followed by one, two and three zeros, so that one step handles four bytes. */
type Tables = readonly [Uint32Array, Uint32Array, Uint32Array, Uint32Array];

/** Polynomials, lowest bit first: those of gzip and PNG, and Castagnoli's. */
const GZIP = 0xedb88320;
const CASTAGNOLI = 0x82f63b78;

/** The tables that were needed so far, by their polynomials. */
const made = new Map<number, Tables>();

function tablesOf(polynomial: number): Tables {
  let tables = made.get(polynomial);
  if (!tables) {
    tables = makeTables(polynomial);
    made.set(polynomial, tables);
  }
  return tables;
}

function makeTables(polynomial: number): Tables {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? polynomial ^ (crc >>> 1) : crc >>> 1;
    return crc;
  });
  const tables = [first];
  for (let zeros = 1; zeros < 4; zeros++) {
    tables.push(tables[zeros - 1]!.map((crc) => first[crc & 0xff]! ^ (crc >>> 8)));
  }
  return tables as unknown as Tables;
}

/**
 * The CRC-32 of gzip (RFC 1952, section 8) and PNG.
 *
 * @param before the CRC of the preceding bytes; default: none
 * @returns an unsigned integer
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  return remainder(tablesOf(GZIP), bytes, before);
}

/** The CRC-32C (Castagnoli's polynomial, RFC 3720 appendix B.4) of TFRecord files; an unsigned integer. */
export function crc32c(bytes: Uint8Array): number {
  return remainder(tablesOf(CASTAGNOLI), bytes, 0);
}

function remainder([t0, t1, t2, t3]: Tables, bytes: Uint8Array, before: number): number {
  let crc = ~before;
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc = t3[crc & 0xff]! ^ t2[(crc >>> 8) & 0xff]! ^ t1[(crc >>> 16) & 0xff]! ^ t0[crc >>> 24]!;
  }
  for (; at < bytes.length; at++) crc = t0[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
