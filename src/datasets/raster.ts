/**
 * Paints the area that a round pen covers along one segment, with antialiasing. A pixel keeps the larger of its old and new
 * value, so crossing strokes do not darken each other.
 *
 * A pixel's value is 255 · clamp(½ + (r − d)/softness, 0, 1), where d is the distance of its centre from the nearest
 * point of the segment and r is the pen's radius there. Coordinates are in pixels; pixel (0, 0) has its centre at (0, 0).
 *
 * @param image bytes, row-major
 * @param offset index of the picture's first byte in `image`
 * @param width pixels per row
 * @param height number of rows
 * @param softness width of the edge from no ink to full ink in pixels, above 0
 */
export function paintSegment(
  image: Uint8Array,
  offset: number,
  width: number,
  height: number,
  x0: number,
  y0: number,
  r0: number,
  x1: number,
  y1: number,
  r1: number,
  softness: number,
): void {
  const reach = Math.max(r0, r1) + softness / 2;
  const left = Math.max(0, Math.ceil(Math.min(x0, x1) - reach));
  const right = Math.min(width - 1, Math.floor(Math.max(x0, x1) + reach));
  const top = Math.max(0, Math.ceil(Math.min(y0, y1) - reach));
  const bottom = Math.min(height - 1, Math.floor(Math.max(y0, y1) + reach));
  const dx = x1 - x0;
  const dy = y1 - y0;
  const squared = dx * dx + dy * dy;
  const perSquared = squared > 0 ? 1 / squared : 0;
  const slope = 255 / softness;
  const reachSquared = reach * reach;
  const widening = r1 - r0;
  for (let y = top; y <= bottom; y++) {
    const row = offset + y * width;
    const fromY = y - y0;
    const alongY = fromY * dy;
    for (let x = left; x <= right; x++) {
      const painted = image[row + x]!;
      if (painted === 255) continue;
      const fromX = x - x0;
      const projection = (fromX * dx + alongY) * perSquared;
      const along = Math.min(1, Math.max(0, projection));
      const awayX = fromX - along * dx;
      const awayY = fromY - along * dy;
      const distanceSquared = awayX * awayX + awayY * awayY;
      if (distanceSquared >= reachSquared) continue;
      const ink = 127.5 + (r0 + along * widening - Math.sqrt(distanceSquared)) * slope;
      if (ink > painted) image[row + x] = ink >= 255 ? 255 : Math.round(ink);
    }
  }
}
