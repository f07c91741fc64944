// What the README and the guides of src/docs say: their blocks of code, their headings and their links.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** The README and the guides, by their paths in the repository. */
export const guides: readonly string[] = [
  "README.md",
  ...readdirSync(join(root, "src/docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `src/docs/${name}`),
];

export const textOf = (guide: string): string => readFileSync(join(root, guide), "utf8");

/** A block of code, between three backticks. */
export interface Block {
  readonly guide: string;
  /** Line of its first line. */
  readonly line: number;
  readonly code: string;
}

/** The blocks in a language, in the order of reading. */
export function blocksIn(language: string, among = guides): Block[] {
  return among.flatMap((guide) => {
    const text = textOf(guide);
    const blocks = text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"));
    return [...blocks].map(({ 1: code, index }) => {
      return { guide, line: text.slice(0, index).split("\n").length + 1, code: code! };
    });
  });
}

/** A part of the README that shows what the library is for. */
export interface Job {
  readonly title: string;
  readonly text: string;
  readonly blocks: readonly { readonly language: string; readonly code: string }[];
}

/** The README's jobs, in order. */
export const jobs: readonly Job[] = (() => {
  const [, part] = textOf("README.md").split(/^## Five jobs$/m);
  const [, ...sections] = part!.split(/^## /m)[0]!.split(/^### /m);
  return sections.map((text) => ({
    title: text.split("\n")[0]!,
    text,
    blocks: [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => {
      return { language: language!, code: code! };
    }),
  }));
})();

/** What a test of a block is called. */
export const nameOf = ({ guide, line }: Block) => `${guide}:${line}`;

/** Everything but blocks of code. */
export function proseOf(guide: string): string {
  return textOf(guide).replace(/^```[\s\S]*?^```$/gm, "");
}

/** The anchors of a document's headings, as GitHub makes them. */
export function anchorsOf(guide: string): string[] {
  return [...proseOf(guide).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Where links and pictures of a document lead to. */
export function linksOf(guide: string): string[] {
  const text = proseOf(guide).replace(/`[^`\n]*`/g, "");
  const written = text.matchAll(/\]\(([^)\s]+)\)|\b(?:href|src|srcset)="([^"]+)"/g);
  return [...written].map(([, markdown, markup]) => (markdown ?? markup)!);
}
