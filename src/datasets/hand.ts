import { MOST_POINTS, type Trace } from "./pen.js";
import type { SampleRandom } from "./sampleRandom.js";
import { drawHandWeights, MOST_HANDS, mixHands, pickStyle, type Stroke, type Style } from "./strokes.js";

/**
 * How much hands differ: standard deviations unless noted; lengths in units of the digit's height. Chosen by eye and by
 * statistics of MNIST: mean ink, its spread, and the spectrum of the principal components.
 */
const SLANT_MEAN = 0.14;
const SLANT = 0.24;
const ROTATION = 0.07;
const ASPECT = 0.2;
const WOBBLE = 0.04;
/** Correlation of the wobble of neighbouring points; it keeps curves smooth. */
const WOBBLE_KEPT = 0.65;
const WOBBLE_NEW = Math.sqrt(1 - WOBBLE_KEPT * WOBBLE_KEPT);
const WARP = 0.17;
/** Radius of the pen in pixels: mean, spread, minimum and maximum. */
const RADIUS_MEAN = 1.25;
const RADIUS = 0.4;
const RADIUS_LEAST = 0.65;
const RADIUS_MOST = 2.5;
/** Relative change of the radius from point to point, and from one end of a stroke to the other. */
const PRESSURE = 0.09;
const PRESSURE_TREND = 0.1;

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** Writes digits: for each digit, it draws the habits of a hand and moves the pen accordingly. */
export class Hand {
  private readonly weights = new Float64Array(MOST_HANDS);
  private readonly points = new Float64Array(2 * MOST_POINTS);
  private readonly radii = new Float64Array(MOST_POINTS);
  /** Coefficients of x², xy, y² in the displacement along x, then along y. */
  private readonly warp = new Float64Array(6);
  private readonly linear = new Float64Array(4);
  private radius = 0;
  private rounding = 0;

  /**
   * Writes a digit in one of its styles to `trace`, which is cleared first: the path in units of the digit's height, the pen's
   * radius in pixels.
   */
  write(styles: readonly Style[], random: SampleRandom, trace: Trace): void {
    const style = pickStyle(styles, random.uniform());
    this.drawHabits(random);
    drawHandWeights(this.weights, style.strokes[0]!.hands.length, random);
    trace.clear();
    for (const stroke of style.strokes) this.writeStroke(stroke, random, trace);
  }

  private drawHabits(random: SampleRandom): void {
    const slant = clamp(SLANT_MEAN + SLANT * random.normal(), -0.5, 0.8);
    const aspect = clamp(1 + ASPECT * random.normal(), 0.7, 1.6);
    const turn = ROTATION * random.normal();
    const { linear, warp } = this;
    // Rotation ∘ shear ∘ stretch. For such small angles, 1 − t²/2 and t approximate cosine and sine well enough.
    const cosine = 1 - (turn * turn) / 2;
    linear[0] = cosine * aspect;
    linear[1] = -cosine * slant - turn;
    linear[2] = turn * aspect;
    linear[3] = cosine - turn * slant;
    for (let i = 0; i < warp.length; i++) warp[i] = WARP * random.normal();
    this.radius = clamp(RADIUS_MEAN + RADIUS * random.normal(), RADIUS_LEAST, RADIUS_MOST);
    const u = random.uniform();
    this.rounding = u * u;
  }

  private writeStroke(stroke: Stroke, random: SampleRandom, trace: Trace): void {
    const { points, radii } = this;
    const count = stroke.corners.length;
    mixHands(stroke, this.weights, points);
    let wobbleX = random.normal();
    let wobbleY = random.normal();
    const trend = PRESSURE_TREND * random.normal();
    for (let i = 0; i < count; i++) {
      wobbleX = WOBBLE_KEPT * wobbleX + WOBBLE_NEW * random.normal();
      wobbleY = WOBBLE_KEPT * wobbleY + WOBBLE_NEW * random.normal();
      this.place(i, points[2 * i]! + WOBBLE * wobbleX, points[2 * i + 1]! + WOBBLE * wobbleY);
      const pressure = 1 + trend * (i / (count - 1) - 0.5) * 2 + PRESSURE * random.normal();
      radii[i] = this.radius * clamp(pressure, 0.6, 1.4);
    }
    trace.addStroke(points, radii, stroke.corners, count, this.rounding);
  }

  /** Applies the hand's warp to a point, then its slant, stretch and rotation. */
  private place(i: number, x: number, y: number): void {
    const { linear, points, warp } = this;
    const bentX = x + warp[0]! * x * x + warp[1]! * x * y + warp[2]! * y * y;
    const bentY = y + warp[3]! * x * x + warp[4]! * x * y + warp[5]! * y * y;
    points[2 * i] = linear[0]! * bentX + linear[1]! * bentY;
    points[2 * i + 1] = linear[2]! * bentX + linear[3]! * bentY;
  }
}
