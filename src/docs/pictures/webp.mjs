// Animated WebP: https://developers.google.com/speed/webp/docs/riff_container
import { readFileSync } from "node:fs";

/** @param {string} name four letters @param {Uint8Array} content */
function chunk(name, content) {
  const bytes = Buffer.alloc(8 + content.length + (content.length % 2));
  bytes.write(name, 0, "latin1");
  bytes.writeUInt32LE(content.length, 4);
  bytes.set(content, 8);
  return bytes;
}

/** The parts of a WebP file that have its picture, and the picture's size. @param {Buffer} file */
function pictureOf(file) {
  /** @type {Buffer[]} */
  const parts = [];
  let size = { width: 0, height: 0 };
  for (let at = 12; at < file.length; ) {
    const name = file.toString("latin1", at, at + 4);
    const length = file.readUInt32LE(at + 4);
    const content = file.subarray(at + 8, at + 8 + length);
    if (["ALPH", "VP8 ", "VP8L"].includes(name)) parts.push(chunk(name, content));
    if (name === "VP8 ")
      size = { width: content.readUInt16LE(6) & 0x3fff, height: content.readUInt16LE(8) & 0x3fff };
    at += 8 + length + (length % 2);
  }
  if (size.width === 0) throw new Error("the browser's picture is not a lossy WebP");
  return { parts, size };
}

/**
 * Puts pictures of one size one after the other, without end.
 *
 * @param {readonly string[]} files lossy WebP
 * @param {readonly number[]} times how long each is shown, in ms
 */
export function animatedWebp(files, times) {
  const pictures = files.map((file) => pictureOf(readFileSync(file)));
  const [{ size }] = pictures;
  const header = Buffer.alloc(10);
  // It has an animation.
  header[0] = 2;
  header.writeUIntLE(size.width - 1, 4, 3);
  header.writeUIntLE(size.height - 1, 7, 3);
  // White behind all; 0 repetitions are no end of them.
  const animation = Buffer.from([255, 255, 255, 255, 0, 0]);
  const frames = pictures.map(({ parts }, index) => {
    const frame = Buffer.alloc(16);
    frame.writeUIntLE(size.width - 1, 6, 3);
    frame.writeUIntLE(size.height - 1, 9, 3);
    frame.writeUIntLE(times[index], 12, 3);
    // Each frame replaces the one before.
    frame[15] = 2;
    return chunk("ANMF", Buffer.concat([frame, ...parts]));
  });
  const content = [Buffer.from("WEBP"), chunk("VP8X", header), chunk("ANIM", animation), ...frames];
  return chunk("RIFF", Buffer.concat(content));
}
