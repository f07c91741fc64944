import { readFile } from "node:fs/promises";
import { brotliDecompressSync } from "node:zlib";
import { initWasm, Resvg } from "@resvg/resvg-wasm";

/** Pixels of the PNG to one of the SVG. */
const SCALE = 2;
const FONT = "DejaVu Sans";

let ready: Promise<Uint8Array> | undefined;

/** A picture as PNG: an SVG without style sheets, whose text is set in the one font that stands beside the command. */
export async function rasterize(svg: string): Promise<Uint8Array> {
  ready ??= start();
  // The renderer knows the attribute that stands beside it, but not this value of the style.
  const renderer = new Resvg(svg.replaceAll(' style="image-rendering:pixelated"', ""), {
    fitTo: { mode: "zoom", value: SCALE },
    font: { fontBuffers: [await ready], defaultFontFamily: FONT, sansSerifFamily: FONT },
  });
  try {
    const image = renderer.render();
    try {
      return image.asPng();
    } finally {
      image.free();
    }
  } finally {
    renderer.free();
  }
}

/** Starts the renderer; returns the font. */
async function start(): Promise<Uint8Array> {
  const [wasm, font] = await Promise.all(["rasterize.wasm.br", "DejaVuSans.ttf.br"].map(beside));
  await initWasm(wasm!);
  return font!;
}

/** A file that the build has put beside this one. */
async function beside(name: string): Promise<Uint8Array> {
  return brotliDecompressSync(await readFile(new URL(`./${name}`, import.meta.url)));
}
