// Links and pictures of the README and the guides lead somewhere.
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { anchorsOf, guides, linksOf, root } from "./guides.js";

const links = guides.flatMap((guide) => linksOf(guide).map((link) => ({ guide, link })));
const elsewhere = /^(https?:|mailto:)/;

test("files and headings that are linked to are there", () => {
  const dead = links.filter(({ guide, link }) => {
    if (elsewhere.test(link)) return false;
    const [path, anchor] = link.split("#");
    const target = path ? join(dirname(guide), path) : guide;
    if (!existsSync(join(root, target))) return true;
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
  });
  expect(dead).toEqual([]);
  expect(links.length).toBeGreaterThan(20);
});

test("links to other places are well-formed, and secure", () => {
  const outward = links.filter(({ link }) => elsewhere.test(link));
  expect(outward.filter(({ link }) => !URL.canParse(link) || !link.startsWith("https:"))).toEqual([]);
});

test("the README links to every guide, and stays short", () => {
  const linked = linksOf("README.md").map((link) => link.split("#")[0]);
  for (const guide of guides.slice(1)) expect(linked).toContain(guide);
});

test("pictures are small", () => {
  const pictures = new Set(
    links
      .filter(({ link }) => /\.(svg|png|gif|webp)$/.test(link) && !elsewhere.test(link))
      .map(({ guide, link }) => join(root, dirname(guide), link)),
  );
  const bytes = [...pictures].reduce((sum, file) => sum + statSync(file).size, 0);
  expect(bytes).toBeLessThan(600_000);
});
