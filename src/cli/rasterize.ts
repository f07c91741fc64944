import { readFile } from "node:fs/promises";
import { brotliDecompressSync } from "node:zlib";
import { initWasm, Resvg } from "@resvg/resvg-wasm";

/** Pixels of the PNG per pixel of the SVG. */
const SCALE = 2;
const FONT = "DejaVu Sans";

let ready: Promise<Uint8Array> | undefined;

/** Draws an SVG without style sheets as PNG. All text uses the one font that comes with the command. */
export async function rasterize(svg: string): Promise<Uint8Array> {
  ready ??= start();
  // The renderer knows the attribute next to this style, but not the style.
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

/** Reads a file that the build put next to this one. */
async function beside(name: string): Promise<Uint8Array> {
  return brotliDecompressSync(await readFile(new URL(`./${name}`, import.meta.url)));
}
