import { PIXELS, SIDE } from "./pictures.js";

/** Pixels between two pictures in a grid. */
const GAP = 2;
/** Additional pixels between two groups of rows. */
const GROUP_GAP = 8;

/** The context of a canvas. Browsers refuse one only to pages with thousands of them. */
export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("the browser refused another canvas");
  return context;
}

/**
 * Draws rows of pictures as black ink on a transparent background. On a dark page, the style sheet inverts them.
 *
 * @param rows bytes of ink, the same number of pictures for each row
 * @param columns pictures side by side; more pictures go into further groups of rows below
 */
export function paintGrid(
  canvas: HTMLCanvasElement,
  rows: readonly Uint8Array[],
  columns = rows[0]!.length / PIXELS,
): void {
  const step = SIDE + GAP;
  const groups = Math.ceil(rows[0]!.length / PIXELS / columns);
  const group = rows.length * step + GROUP_GAP;
  const [width, height] = [columns * step - GAP, groups * group - GROUP_GAP - GAP];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const image = new ImageData(width, height);
  rows.forEach((pictures, row) => {
    for (let index = 0; index * PIXELS < pictures.length; index++) {
      const left = (index % columns) * step;
      const top = Math.floor(index / columns) * group + row * step;
      for (let place = 0; place < PIXELS; place++) {
        const at = (top + Math.floor(place / SIDE)) * width + left + (place % SIDE);
        image.data[4 * at + 3] = pictures[index * PIXELS + place]!;
      }
    }
  });
  contextOf(canvas).putImageData(image, 0, 0);
}

/** Sets a canvas to the screen's resolution at its displayed size. Draw in CSS pixels. */
export function fitToScreen(canvas: HTMLCanvasElement): {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
} {
  const { clientWidth: width, clientHeight: height } = canvas;
  const scale = globalThis.devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = contextOf(canvas);
  context.scale(scale, scale);
  return { context, width, height };
}

/** Makes a canvas focusable, and lets screen readers pass on the arrow keys. */
export function makeOperable(canvas: HTMLCanvasElement): void {
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
}
