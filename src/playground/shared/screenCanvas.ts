/** The context of a canvas. Browsers refuse one only to pages with thousands of them. */
export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("the browser refused another canvas");
  return context;
}

/** Width and height in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

const measured = ({ clientWidth: width, clientHeight: height }: Element): Size => ({ width, height });

const sizes = new WeakMap<Element, Size>();
// It is the page's first, so that the sizes are right when others draw again.
const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) sizes.set(target, measured(target));
});

/** The displayed size of an element; 0 × 0 while it is hidden. To ask for it anew, the browser may have to lay out the page. */
export function sizeOnScreen(element: Element): Size {
  let size = sizes.get(element);
  if (!size) {
    size = measured(element);
    sizes.set(element, size);
    resized.observe(element);
  }
  return size;
}

/** More dots per CSS pixel than this take time without looking better. */
const MOST_DOTS = 2;

/** A canvas to draw on, in CSS pixels. */
export interface Screen extends Size {
  readonly context: CanvasRenderingContext2D;
}

/**
 * Clears a canvas and sets it to the screen's resolution at its displayed size. Draw in CSS pixels.
 *
 * @param size of a canvas that is not laid out yet
 */
export function fitToScreen(canvas: HTMLCanvasElement, size: Size = sizeOnScreen(canvas)): Screen {
  const { width, height } = size;
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
