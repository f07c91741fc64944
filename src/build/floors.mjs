// Entries share code in chunks: esbuild makes one for each set of entries that use the same files, which would be two dozen,
// many of them of one or two kilobytes. Each costs half a millisecond when a program starts, and a request in a page. So
// files that belong together are joined: every entry that uses one file of a floor loads the whole floor. esbuild then
// sees the same set of entries for all of them, and makes one chunk.
import { resolve } from "node:path";

/**
 * From the bottom; a chunk belongs to the first that takes it. `users` are the entries that load it, without folder and ending.
 *
 * @type {Record<string, (chunk: { users: Set<string>, bytes: number }) => boolean>}
 */
const FLOORS = {
  // Errors, checks, arrays and the like; and what is next to nothing.
  ground: ({ users, bytes }) => users.has("index") && bytes < (users.size >= 3 ? 8000 : 200),
  core: ({ users }) => users.has("core"),
  anomaly: ({ users }) => users.has("anomaly/index"),
};

/**
 * The files of each floor, and the entries that load it. Files that are loaded on demand count as entries, too.
 *
 * @param {import("esbuild").Metafile} metafile of a build with all entries, divided as esbuild does it
 * @param {readonly string[]} apart files that stay chunks of their own
 * @returns {{ name: string, files: string[], entries: string[] }[]}
 */
export function floorsOf({ outputs }, apart) {
  const floors = Object.keys(FLOORS).map((name) => ({ name, files: [], entries: [] }));
  for (const [path, users] of usersOf(outputs)) {
    const { inputs, bytes, entryPoint } = outputs[path];
    const files = Object.keys(inputs);
    if (entryPoint || apart.some((file) => files.includes(file))) continue;
    const floor = floors.find(({ name }) => FLOORS[name]({ users: new Set(users.map(nameOf)), bytes }));
    floor?.files.push(...files);
    floor?.entries.push(...users);
  }
  return floors;
}

/** `core` of src/core.ts, `anomaly/index` of src/anomaly/index.ts. */
const nameOf = (entry) => entry.replace(/^src\/|\.ts$/g, "");

/** The entries that load each output. */
function usersOf(outputs) {
  const users = new Map(Object.keys(outputs).map((path) => [path, []]));
  for (const [first, { entryPoint }] of Object.entries(outputs)) {
    if (!entryPoint) continue;
    const loaded = new Set([first]);
    for (const path of loaded) {
      users.get(path).push(entryPoint);
      for (const { path: next, kind } of outputs[path].imports) {
        if (kind === "import-statement" && next in outputs) loaded.add(next);
      }
    }
  }
  return users;
}

/**
 * Lets each entry load its floors whole.
 *
 * @param {ReturnType<typeof floorsOf>} floors
 * @returns {import("esbuild").Plugin}
 */
export function onFloors(floors) {
  const joined = new Set(floors.flatMap(({ files }) => files.map((file) => resolve(file))));
  const under = (entry) => floors.filter(({ entries }) => entries.some((one) => resolve(one) === entry));
  return {
    name: "on-floors",
    setup(build) {
      build.onResolve({ filter: /./ }, async ({ path, pluginData, ...from }) => {
        if (pluginData === build) return undefined;
        const found = await build.resolve(path, { ...from, pluginData: build });
        const starts = from.kind === "entry-point" || from.kind === "dynamic-import";
        if (starts && under(found.path).length > 0) return { path: found.path, namespace: "entry" };
        // Otherwise esbuild drops an import from which no name is used.
        return joined.has(found.path) ? { path: found.path, sideEffects: true } : undefined;
      });
      build.onLoad({ filter: /./, namespace: "entry" }, ({ path }) => {
        const files = under(path).flatMap((floor) => floor.files);
        const imports = files.map((file) => `import "./${file}";`);
        return {
          contents: [`export * from ${JSON.stringify(path)};`, ...imports].join("\n"),
          resolveDir: ".",
        };
      });
    },
  };
}
