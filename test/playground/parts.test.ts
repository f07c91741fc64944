import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Axis, linearAxis, logAxis } from "../../src/playground/shared/axes.js";
import { engineLine, speedText } from "../../src/playground/shared/engineLine.js";
import { LossSeries } from "../../src/playground/shared/lossSeries.js";
import { Painter } from "../../src/playground/shared/painter.js";
import { ramp } from "../../src/playground/shared/ramp.js";
import { Speedometer } from "../../src/playground/shared/speedometer.js";
import { shadesOf } from "../../src/playground/spiral/canvasLayers.js";

describe("engineLine", () => {
  it("tells build, threads and speed", () => {
    const report = { build: "relaxed", threads: 2, isolated: true } as const;
    expect(engineLine(report)).toBe("relaxed build, up to 2 threads");
    expect(engineLine(report, 411_960)).toBe("relaxed build, up to 2 threads, 412,000 samples/s");
  });

  it("says why there is one thread", () => {
    const line = engineLine({ build: "simd", threads: 1, isolated: false }, 12);
    expect(line).toBe("simd build, 1 thread (the page is not cross-origin isolated), 12 samples/s");
  });

  it("rounds to three digits", () => {
    expect(speedText(1_234_567)).toBe("1,230,000 samples/s");
  });
});

describe("Speedometer", () => {
  it("counts what passes between its steps alone, and forgets by halves", () => {
    const meter = new Speedometer();
    expect(meter.samplesPerSecond).toBeUndefined();
    meter.start(1000);
    meter.add(100, 1100);
    expect(meter.samplesPerSecond).toBe(1000);
    meter.start(9100);
    meter.add(100, 9200);
    expect(meter.samplesPerSecond).toBe(1000);
    for (let step = 1; step <= 2000; step++) meter.add(50, 9200 + 10 * step);
    expect(meter.samplesPerSecond).toBeCloseTo(5000, 1);
  });
});

describe("LossSeries", () => {
  it("keeps all while they are few", () => {
    const series = new LossSeries(10);
    for (let epoch = 1; epoch <= 10; epoch++) series.push(epoch, 1 / epoch);
    expect(series.points.map(({ x }) => x)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it("keeps evenly spaced ones, the first and the last, of any number", () => {
    const series = new LossSeries(10);
    for (let epoch = 1; epoch <= 1000; epoch++) {
      series.push(epoch, 1 / epoch);
      const { points } = series;
      expect(points.length).toBeLessThanOrEqual(11);
      expect(points[0]).toEqual({ x: 1, y: 1 });
      expect(points.at(-1)).toEqual({ x: epoch, y: 1 / epoch });
    }
    const gaps = series.points.slice(1, -1).map(({ x }, index) => x - series.points[index]!.x);
    expect(new Set(gaps).size).toBe(1);
    expect(series.points.length).toBeGreaterThan(5);
  });

  it("begins anew", () => {
    const series = new LossSeries(4);
    for (let epoch = 1; epoch <= 100; epoch++) series.push(epoch, 1);
    series.clear();
    expect(series.points).toEqual([]);
    series.push(1, 2);
    series.push(2, 3);
    expect(series.points).toEqual([
      { x: 1, y: 2 },
      { x: 2, y: 3 },
    ]);
  });
});

describe("axes of plots", () => {
  const texts = ({ ticks }: Axis) => ticks.map(({ text }) => text).filter((text) => text !== "");

  it("go from one round number to another, with what they show in between", () => {
    const axis = linearAxis(0.132, 0.187, 6);
    expect(texts(axis)).toEqual(["0.13", "0.14", "0.15", "0.16", "0.17", "0.18", "0.19"]);
    expect(axis.share(0.16)).toBeCloseTo(0.5, 12);
    expect(texts(linearAxis(0, 1, 5))).toEqual(["0", "0.2", "0.4", "0.6", "0.8", "1"]);
    expect(texts(linearAxis(0, 837, 10))).toEqual([
      "0",
      "100",
      "200",
      "300",
      "400",
      "500",
      "600",
      "700",
      "800",
      "900",
    ]);
    // A single number has room around it, and so have two that are as good as equal.
    for (const other of [5, 5 + 1e-15]) {
      const alone = linearAxis(5, other, 5);
      expect(alone.low).toBeLessThanOrEqual(5);
      expect(alone.high).toBeGreaterThan(5);
    }
  });

  it("name the powers of ten, and more where there is room", () => {
    expect(texts(logAxis(2e-5, 0.7, 8))).toEqual(["1e-4", "0.001", "0.01", "0.1"]);
    expect(texts(logAxis(0.013, 0.97, 8))).toEqual(["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1"]);
    expect(texts(logAxis(0.21, 0.78, 8))).toEqual(["0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8"]);
    expect(texts(logAxis(152, 181, 8))).toEqual(["150", "155", "160", "165", "170", "175", "180", "185"]);
    const axis = logAxis(1, 100, 8);
    expect([axis.share(1), axis.share(10), axis.share(100)]).toEqual([0, 0.5, 1]);
  });

  it("hold any losses", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-12, max: 1e12, noNaN: true }),
        fc.double({ min: 0, max: 6, noNaN: true }),
        (least, decades) => {
          for (const make of [linearAxis, logAxis]) {
            const most = least * 10 ** decades;
            const { low, high, ticks } = make(least, most, 8);
            expect(low).toBeLessThanOrEqual(least * (1 + 1e-9));
            expect(high).toBeGreaterThanOrEqual(most * (1 - 1e-9));
            expect(high).toBeGreaterThan(low);
            expect(ticks.length).toBeGreaterThan(1);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe("ramp and shades", () => {
  it("goes from the first to the last colour of what is seen on the page", () => {
    const light = ramp(9, false);
    expect(light).toHaveLength(9);
    expect([light[0], light[8]]).toEqual(["rgb(13 8 135)", "rgb(252 166 54)"]);
    expect(ramp(3, true)).toEqual(["rgb(143 13 164)", "rgb(234 116 87)", "rgb(240 249 33)"]);
    expect(ramp(1, false)).toHaveLength(1);
  });

  it("divides the range of values evenly", () => {
    expect([...shadesOf(Float32Array.of(5, -2, 0, 1000), 4)]).toEqual([2, 0, 1, 3]);
    expect([...shadesOf(Float32Array.of(1, 2, 3, 4, 5, 6), 3)]).toEqual([0, 0, 1, 1, 2, 2]);
    expect([...shadesOf(Float32Array.of(3, 3), 4)]).toEqual([0, 0]);
    expect([...shadesOf(new Float32Array(), 4)]).toEqual([]);
  });
});

describe("Painter", () => {
  afterEach(() => vi.unstubAllGlobals());

  /** Frames that come when they are told to, on a clock of their own. */
  function frames() {
    const waiting: (() => void)[] = [];
    const clock = { now: 0 };
    vi.stubGlobal("requestAnimationFrame", (callback: () => void) => waiting.push(callback));
    vi.stubGlobal("performance", { now: () => clock.now });
    return { waiting, clock, next: () => waiting.shift()!() };
  }

  it("draws pictures that take long one a frame, and tells when all are drawn", () => {
    const { clock, next, waiting } = frames();
    const drawn: string[] = [];
    const slow = (name: string) => () => {
      drawn.push(name);
      clock.now += 20;
    };
    const painter = new Painter([slow("a"), slow("b")], () => drawn.push("done"));
    painter.request();
    painter.request();
    expect(waiting).toHaveLength(1);
    next();
    expect(drawn).toEqual(["a"]);
    next();
    expect(drawn).toEqual(["a", "b", "done"]);
    expect(waiting).toHaveLength(0);
  });

  it("leaves one for the next frame that took long last time, and draws one part by part", () => {
    const { clock, next, waiting } = frames();
    const drawn: string[] = [];
    const lasting = (name: string, time: number) => () => {
      drawn.push(name);
      clock.now += time;
    };
    let parts = 0;
    const parted = () => {
      drawn.push("part");
      clock.now += 3;
      return ++parts % 3 > 0;
    };
    const painter = new Painter([lasting("a", 1), lasting("b", 3.5), parted], () => drawn.push("done"));
    painter.request();
    // Nothing is known of them yet.
    next();
    expect(drawn).toEqual(["a", "b"]);
    while (waiting.length > 0) next();
    expect(drawn.splice(0)).toEqual(["a", "b", "part", "part", "part", "done"]);
    painter.request();
    next();
    expect(drawn).toEqual(["a"]);
    next();
    expect(drawn).toEqual(["a", "b"]);
    next();
    expect(drawn).toEqual(["a", "b", "part"]);
  });

  it("draws short ones in one frame", () => {
    const { next } = frames();
    const drawn: string[] = [];
    const painter = new Painter([() => drawn.push("a"), () => drawn.push("b")], () => drawn.push("done"));
    painter.request();
    next();
    expect(drawn).toEqual(["a", "b", "done"]);
  });

  it("draws all of them anew when something has changed meanwhile", () => {
    const { clock, next, waiting } = frames();
    const drawn: string[] = [];
    const slow = (name: string) => () => {
      drawn.push(name);
      clock.now += 20;
    };
    const painter = new Painter([slow("a"), slow("b")], () => drawn.push("done"));
    painter.request();
    next();
    painter.request();
    while (waiting.length > 0) next();
    expect(drawn).toEqual(["a", "a", "b", "done"]);
  });
});
