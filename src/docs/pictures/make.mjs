// `npm run pictures`: makes the pictures of the README and the guides from real runs with seeds.
import { writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { drawDenoised, drawMap, drawRebuilt } from "./digits.mjs";
import { drawOddRows } from "./oddRows.mjs";
import { drawPage } from "./page.mjs";
import { drawStart } from "./start.mjs";

/** By file name. @type {Record<string, () => Promise<string | Uint8Array | undefined>>} */
const PICTURES = {
  "start.webp": drawStart,
  "odd-rows.svg": drawOddRows,
  "rebuilt.png": drawRebuilt,
  "denoised.png": drawDenoised,
  "map.png": drawMap,
  "page.png": drawPage,
};

const wanted = argv.slice(2);
for (const [name, draw] of Object.entries(PICTURES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const content = await draw();
  if (content === undefined) console.log(`${name}: left as it is; it takes Chromium ($CHROMIUM)`);
  else {
    writeFileSync(fileURLToPath(new URL(name, import.meta.url)), content);
    console.log(`${name}: ${Math.ceil(content.length / 1000)} kB`);
  }
}
