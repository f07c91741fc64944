// Entries share code in chunks: esbuild makes one for each set of entries that use the same files. The code that nearly all
// of them use, such as errors and checks, ends up in a dozen chunks of one or two kilobytes. Each costs half a millisecond when
// a program starts, and a request in a page, so they are joined into one.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The largest chunk that is joined, in bytes: every entry loads all of them. */
const MOST_BYTES = 6000;
/** How many entries must use a chunk, at least. */
const LEAST_ENTRIES = 5;
/** Where it is, from another chunk. */
const FROM_CHUNK = "../chunks/ground.js";
const FROM_ENTRY = "./chunks/ground.js";

/**
 * The source files of small chunks that need no other chunk.
 *
 * @param {import("esbuild").Metafile} metafile of a build with all entries
 * @returns {string[]} in alphabetical order
 */
export function groundFiles({ outputs }) {
  const chunks = Object.keys(outputs).filter((path) => path.endsWith(".js"));
  const importsOf = (path) => outputs[path].imports.map((one) => one.path).filter((one) => one in outputs);
  const users = new Map(chunks.map((path) => [path, 0]));
  for (const entry of chunks.filter((path) => outputs[path].entryPoint)) {
    for (const path of reachable(entry, importsOf)) users.set(path, users.get(path) + 1);
  }
  const isSmall = (path) => outputs[path].bytes < MOST_BYTES && users.get(path) >= LEAST_ENTRIES;
  let ground = chunks.filter((path) => !outputs[path].entryPoint && isSmall(path));
  for (let before = 0; before !== ground.length; ) {
    before = ground.length;
    ground = ground.filter((path) =>
      importsOf(path).every((one) => ground.includes(one) || isEmpty(outputs[one])),
    );
  }
  const files = ground.flatMap((path) => Object.entries(outputs[path].inputs));
  const entries = Object.values(outputs).map((output) => output.entryPoint);
  const isGround = ([file, { bytesInOutput }]) => bytesInOutput > 0 && !entries.includes(file);
  return files
    .filter(isGround)
    .map(([file]) => file)
    .sort();
}

/** Helpers of esbuild alone, which it writes wherever it needs them. */
const isEmpty = ({ inputs }) => Object.keys(inputs).length === 0;

function reachable(entry, importsOf) {
  const found = new Set([entry]);
  for (const path of found) for (const one of importsOf(path)) found.add(one);
  return found;
}

/** An entry that has all there is of these files. */
export const groundEntry = (files) => files.map((file) => `export * from "./${file}";\n`).join("");

/**
 * Imports these files from their chunk.
 *
 * @param {readonly string[]} files
 * @returns {import("esbuild").Plugin}
 */
export function fromGround(files) {
  const ground = new Set(files.map((file) => resolve(file)));
  return {
    name: "from-ground",
    setup({ onResolve }) {
      onResolve({ filter: /^\.{1,2}\// }, ({ importer, path }) =>
        ground.has(resolve(dirname(importer), path).replace(/\.js$/, ".ts"))
          ? { path: FROM_CHUNK, external: true }
          : undefined,
      );
    },
  };
}

/** Corrects where the chunk is, seen from the entries: esbuild does not change what is external. */
export function placeGround(folder, entries) {
  for (const entry of entries) {
    const file = join(folder, `${entry}.js`);
    writeFileSync(file, readFileSync(file, "utf8").replaceAll(FROM_CHUNK, FROM_ENTRY));
  }
}
