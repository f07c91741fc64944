// Saves a model over and over to one file, with the built library of `import` or of `require`, and prints how often.
//   node save.mjs FILE TIMES import|require
import { createRequire } from "node:module";
import { workerData } from "node:worker_threads";

const [file, times, how] = workerData ?? process.argv.slice(2);
const require = createRequire(import.meta.url);
const { saveText } =
  how === "require" ? require("../../../build/cjs/node.js") : await import("../../../build/node.js");

for (let i = 0; i < Number(times); i++) await saveText(file, `${how} ${i}\n`.repeat(100));
console.log(times);
