/** The context of a canvas. Browsers refuse one only to pages with thousands of them. */
export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("the browser refused another canvas");
  return context;
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
