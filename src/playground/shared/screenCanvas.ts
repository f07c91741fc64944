/** The context of a canvas. Browsers refuse one only to pages with thousands of them. */
export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("the browser refused another canvas");
  return context;
}

/** More dots per CSS pixel than this take time without looking better. */
const MOST_DOTS = 2;

/** A canvas to draw on, in CSS pixels. */
export interface Screen {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
}

/**
 * Clears a canvas and sets it to the screen's resolution at its displayed size. Draw in CSS pixels.
 *
 * @param size if it is known: to look it up, the browser may have to lay out the page
 */
export function fitToScreen(
  canvas: HTMLCanvasElement,
  { width, height }: { width: number; height: number } = {
    width: canvas.clientWidth,
    height: canvas.clientHeight,
  },
): Screen {
  const scale = Math.min(MOST_DOTS, globalThis.devicePixelRatio || 1);
  const dots = [width, height].map((length) => Math.max(1, Math.round(length * scale))) as [number, number];
  const context = contextOf(canvas);
  if (canvas.width === dots[0] && canvas.height === dots[1]) {
    // Other memory would be slower.
    context.reset();
  } else [canvas.width, canvas.height] = dots;
  context.scale(scale, scale);
  return { context, width, height };
}

/** Calls `take` where a pointer is pressed on a canvas, and wherever it moves until it is released. */
export function followPointer(canvas: HTMLCanvasElement, take: (event: PointerEvent) => void): void {
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    take(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) take(event);
  });
}

/** Makes a canvas focusable, and lets screen readers pass on the arrow keys. */
export function makeOperable(canvas: HTMLCanvasElement): void {
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
}
