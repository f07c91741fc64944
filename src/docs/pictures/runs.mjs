// Runs the README's snippets, so that its pictures show what their code gives.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { transformSync } from "esbuild";

export const root = fileURLToPath(new URL("../../..", import.meta.url));

/**
 * The first block of code below a heading of the README.
 *
 * @param {string} heading
 * @param {string} language
 */
export function snippet(heading, language = "ts") {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const below = readme.slice(readme.indexOf(`### ${heading}`));
  const code = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "m").exec(below)?.[1];
  if (code === undefined || !readme.includes(`### ${heading}`))
    throw new Error(`README.md has no "${heading}"`);
  return code;
}

/**
 * Runs a snippet and returns variables of it. The model computes with the same bits everywhere, and lives on.
 *
 * @param {string} heading
 * @param {readonly string[]} names
 * @returns {Promise<Record<string, any>>}
 */
export async function run(heading, names) {
  const portable = snippet(heading)
    .replace("Autoencoder.create({", 'Autoencoder.create({ engine: { math: "portable" },')
    .replace(/^await \w+\.dispose\(\);$/m, "")
    .replace(/^(?:for .* )?console\.log\(.*$/gm, "");
  const code = `${portable}\nexport { ${names.join(", ")} };`;
  const folder = mkdtempSync(join(tmpdir(), "isthmus-pictures-"));
  try {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(root, join(folder, "node_modules/isthmus"), "dir");
    const file = join(folder, "run.mjs");
    writeFileSync(file, transformSync(code, { loader: "ts", format: "esm" }).code);
    return await import(pathToFileURL(file).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
