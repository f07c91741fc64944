/** Number of pieces of the curve between two control points. */
export const PIECES = 4;

/** The most control points of one stroke. */
export const MOST_POINTS = 24;

/** Room for the points of all strokes of one picture. */
export const MOST_TRACE = 256;

/** The way of the pen: points, the pen's radius at each, and where a stroke begins. */
export class Trace {
  readonly x = new Float64Array(MOST_TRACE);
  readonly y = new Float64Array(MOST_TRACE);
  readonly radius = new Float64Array(MOST_TRACE);
  /** 1 at the first point of a stroke, where the pen is put down. */
  readonly starts = new Uint8Array(MOST_TRACE);
  length = 0;

  private readonly chords = new Float64Array(MOST_POINTS);
  private readonly velocities = new Float64Array(2 * MOST_POINTS);

  clear(): void {
    this.length = 0;
  }

  private push(x: number, y: number, radius: number, start: number): void {
    this.x[this.length] = x;
    this.y[this.length] = y;
    this.radius[this.length] = radius;
    this.starts[this.length] = start;
    this.length++;
  }

  /**
   * Adds a stroke: the cubic Hermite spline through the control points, parametrized by chord length. The velocity at a point
   * is that of the parabola through it and its neighbours (Bessel's tangents), so unevenly spaced points cause no loops.
   *
   * @param points x and y of each control point in turn
   * @param radii the pen's radius at each control point
   * @param corners 1 for points where the curve may have a corner
   * @param count number of control points, at least 2
   * @param rounding how much corners are rounded, 0 (sharp) to 1 (as smooth as any other point)
   */
  addStroke(
    points: Float64Array,
    radii: Float64Array,
    corners: Uint8Array,
    count: number,
    rounding: number,
  ): void {
    this.findVelocities(points, count);
    const { chords, velocities } = this;
    this.push(points[0]!, points[1]!, radii[0]!, 1);
    for (let i = 0; i + 1 < count; i++) {
      const chord = chords[i]!;
      const x0 = points[2 * i]!;
      const y0 = points[2 * i + 1]!;
      const dx = points[2 * i + 2]! - x0;
      const dy = points[2 * i + 3]! - y0;
      const leaving = corners[i] === 1 ? rounding : 1;
      const arriving = corners[i + 1] === 1 ? rounding : 1;
      const ux = dx + leaving * (velocities[2 * i]! * chord - dx);
      const uy = dy + leaving * (velocities[2 * i + 1]! * chord - dy);
      const vx = dx + arriving * (velocities[2 * i + 2]! * chord - dx);
      const vy = dy + arriving * (velocities[2 * i + 3]! * chord - dy);
      for (let piece = 1; piece <= PIECES; piece++) {
        const s = piece / PIECES;
        const toEnd = s * s * (3 - 2 * s);
        const out = s * (1 - s) * (1 - s);
        const into = s * s * (s - 1);
        const radius = radii[i]! + s * (radii[i + 1]! - radii[i]!);
        this.push(x0 + toEnd * dx + out * ux + into * vx, y0 + toEnd * dy + out * uy + into * vy, radius, 0);
      }
    }
  }

  private findVelocities(points: Float64Array, count: number): void {
    const { chords, velocities } = this;
    for (let i = 0; i + 1 < count; i++) {
      const dx = points[2 * i + 2]! - points[2 * i]!;
      const dy = points[2 * i + 3]! - points[2 * i + 1]!;
      chords[i] = Math.max(1e-6, Math.sqrt(dx * dx + dy * dy));
    }
    for (let axis = 0; axis < 2; axis++) {
      for (let i = 0; i < count; i++) {
        const before = Math.max(0, i - 1);
        const after = Math.min(count - 2, i);
        const a = chords[before]!;
        const b = chords[after]!;
        const slopeBefore = (points[2 * before + 2 + axis]! - points[2 * before + axis]!) / a;
        const slopeAfter = (points[2 * after + 2 + axis]! - points[2 * after + axis]!) / b;
        velocities[2 * i + axis] = (b * slopeBefore + a * slopeAfter) / (a + b);
      }
    }
  }
}
