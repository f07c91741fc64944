import { contextOf } from "../shared/screenCanvas.js";
import { PIXELS, SIDE } from "./pictures.js";

/** Pixels between two pictures in a grid. */
const GAP = 2;
/** Additional pixels between two groups of rows. */
const GROUP_GAP = 8;

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
