// The licences of bundled packages, which must be distributed with the code.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The package folder that contains a file, if the file belongs to a dependency. */
export function packageOf(file) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
}

/** Name, version and licence text of each package folder. */
export function thirdPartyNotices(folders) {
  const notices = [...new Set(folders)].sort().map((folder) => {
    const { name, version, license, repository } = JSON.parse(
      readFileSync(join(folder, "package.json"), "utf8"),
    );
    const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.(md|txt))?$/i.test(entry));
    const source = typeof repository === "string" ? repository : repository?.url;
    const text =
      file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8").trim() : "";
    const head = `${name} ${version} (${license})${source ? `, source: ${source}` : ""}`;
    return `${head}\n${"-".repeat(head.length)}\n${text}\n`;
  });
  return `Isthmus contains these works of others, under their own licences.\n\n${notices.join("\n\n")}`;
}
