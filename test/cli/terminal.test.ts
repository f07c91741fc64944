import { describe, expect, test, vi } from "vitest";
import { drawPictures } from "../../src/cli/draw.js";
import { ProgressDisplay, progressLine } from "../../src/cli/progressDisplay.js";
import { drawPoints } from "../../src/cli/scatter.js";
import { fileSize, table } from "../../src/cli/text.js";
import { nearest } from "../../src/common/nearest.js";
import { counted } from "../../src/report/numberText.js";

const plain = { live: false, depth: 1, columns: 80 };
const colourless = { live: true, depth: 1, columns: 80 };
const colours = { live: true, depth: 24, columns: 80 };
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ESCAPES = /\x1b\[[0-9;]*[a-zA-Z]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const MOVES = /\x1b\[1A|\x1b\[K|[\s\S]/g;
const visible = (text: string) => text.replace(ESCAPES, "");

describe("progressLine", () => {
  const done = { step: 235, steps: 235, seconds: 0.9, msPerStep: 3.2, loss: 0.1234 };

  test("is Keras's", () => {
    expect(progressLine(done, plain)).toBe(`235/235 ${"━".repeat(20)} 1s 3ms/step - loss: 0.1234`);
    expect(progressLine({ ...done, valLoss: 0.12 }, plain)).toMatch(/ - loss: 0\.1234 - val_loss: 0\.1200$/);
    expect(progressLine({ ...done, step: 47, loss: 2e-4, msPerStep: 0.25, seconds: 75 }, plain)).toBe(
      ` 47/235 ━━━━${"·".repeat(16)} 1:15 250us/step - loss: 2.0000e-4`,
    );
    expect(visible(progressLine(done, colours))).toBe(progressLine(done, plain));
    expect(progressLine({ ...done, seconds: 3725, msPerStep: 1600 }, plain)).toContain("1:02:05 2s/step");
  });

  test.each([200, 80, 60, 50, 40, 30, 10])("fits %i columns", (columns) => {
    for (const terminal of [plain, colours]) {
      const line = progressLine({ ...done, step: 100, valLoss: 0.1 }, { ...terminal, columns });
      expect(visible(line).length).toBeLessThan(columns);
    }
  });
});

describe("ProgressDisplay", () => {
  const epochLog = (epoch: number, epochs: number) => ({
    ...{ epoch, epochs, steps: 4, loss: 0.5, learningRate: 0.001, seconds: 0.1, msPerStep: 25 },
  });
  const shown = (terminal: typeof plain, epochs: number) => {
    let text = "";
    const display = new ProgressDisplay(terminal, (part) => {
      text += part;
    });
    for (let epoch = 1; epoch <= epochs; epoch++) {
      for (let step = 1; step <= 4; step++) display.batch({ epoch, epochs, step, steps: 4, loss: 0.6 });
      display.epoch(epochLog(epoch, epochs));
    }
    display.end();
    return text;
  };

  test("prints one plain line an epoch without a terminal", () => {
    const bar = "━".repeat(20);
    expect(shown(plain, 2)).toBe(
      `Epoch 1/2  4/4 ${bar} 0s 25ms/step - loss: 0.5000\nEpoch 2/2  4/4 ${bar} 0s 25ms/step - loss: 0.5000\n`,
    );
  });

  test("redraws title and line in place on a terminal, and leaves each epoch's last", () => {
    // The screen as a terminal would have it after carriage returns, ups and erasures.
    const screen: string[] = [""];
    let row = 0;
    let column = 0;
    for (const [part] of shown(colourless, 3).matchAll(MOVES)) {
      if (part === "\x1b[1A") row--;
      else if (part === "\x1b[K") screen[row] = screen[row]!.slice(0, column);
      else if (part === "\r") column = 0;
      else if (part === "\n") {
        row++;
        column = 0;
        screen[row] ??= "";
      } else {
        screen[row] = screen[row]!.slice(0, column) + part + screen[row]!.slice(column + 1);
        column++;
      }
    }
    const line = `4/4 ${"━".repeat(20)} 0s 25ms/step - loss: 0.5000`;
    expect(screen).toEqual(["Epoch 1/3", line, "Epoch 2/3", line, "Epoch 3/3", line, ""]);
  });

  test("redraws at most 20 times a second", () => {
    let now = 1000;
    vi.spyOn(performance, "now").mockImplementation(() => now);
    let draws = 0;
    const display = new ProgressDisplay(colourless, () => draws++);
    // A second of steps of a millisecond each.
    for (let step = 1; step <= 1000; step++, now++) {
      display.batch({ epoch: 1, epochs: 1, step, steps: 1000, loss: 0.6 });
    }
    expect(draws).toBe(20);
    vi.restoreAllMocks();
  });

  const epochsShown = (text: string) => Array.from(text.matchAll(/^Epoch (\d+)\//gm), ([, n]) => Number(n));

  test("prints the first epoch and a line for each tenth without a terminal", () => {
    expect(epochsShown(shown(plain, 1000))).toEqual([
      1,
      ...Array.from({ length: 10 }, (_, i) => 100 * (i + 1)),
    ]);
    expect(epochsShown(shown(plain, 25))).toEqual([1, 3, 5, 8, 10, 13, 15, 18, 20, 23, 25]);
    expect(epochsShown(shown(plain, 7))).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test("tells of the last epoch when training ends early", () => {
    let text = "";
    const display = new ProgressDisplay(plain, (part) => {
      text += part;
    });
    for (let epoch = 1; epoch <= 37; epoch++) display.epoch(epochLog(epoch, 100));
    display.end();
    display.end();
    expect(epochsShown(text)).toEqual([1, 10, 20, 30, 37]);
  });

  test("leaves about twenty of very many epochs on a terminal, the first and the last among them", () => {
    const lines: string[] = [];
    const display = new ProgressDisplay(colourless, (part) => {
      if (part === "\n") lines.push("ended");
    });
    for (let epoch = 1; epoch <= 1000; epoch++) display.epoch(epochLog(epoch, 1000));
    expect(lines).toHaveLength(21);
  });
});

describe("drawPictures", () => {
  const sides = { width: 28, height: 28 };
  /** White squares of 20×20 in the middle. */
  const square = (x: number, y: number) => x >= 4 && x < 24 && y >= 4 && y < 24;
  const pictures = (rows: number) => ({
    ...{ rows, columns: 784 },
    data: Uint8Array.from({ length: rows * 784 }, (_, i) =>
      square(i % 28, Math.floor(i / 28) % 28) ? 255 : 0,
    ),
  });

  test("puts as many originals above their reconstructions as fit", () => {
    for (const [columns, wanted] of [
      [80, 5],
      [118, 5],
      [238, 10],
    ] as const) {
      const lines = drawPictures(pictures(10), pictures(10), sides, { ...plain, columns }).split("\n");
      const half = (lines.length - 1) / 2;
      expect(lines.slice(0, half)).toEqual(lines.slice(half + 1));
      expect(lines[Math.floor(half / 2)]!.match(/█+/g)).toHaveLength(wanted);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  test("uses half blocks in true colour and in 256 colours", () => {
    const full = { ...colours, columns: 40 };
    const lines = drawPictures(pictures(1), pictures(1), sides, full).split("\n");
    expect(visible(lines[1]!)).toMatch(/^▀+$/);
    expect(lines.join("")).toContain("\x1b[38;2;255;255;255;48;2;255;255;255m▀");
    expect(lines.join("")).toContain("\x1b[38;2;0;0;0;");
    const indexed = drawPictures(pictures(1), pictures(1), sides, { ...full, depth: 8 });
    expect(indexed).toContain("\x1b[38;5;231;48;5;231m▀");
    expect(indexed).toContain("\x1b[38;5;16;");
  });

  test("blank pictures and pictures of other shapes are drawn too", () => {
    const blank = { data: new Float32Array(12 * 8), rows: 1, columns: 96 };
    expect(drawPictures(blank, blank, { width: 12, height: 8 }, plain).split("\n")).toHaveLength(9);
    const wide = { data: new Float32Array(100).fill(1), rows: 1, columns: 100 };
    expect(drawPictures(wide, wide, { width: 100, height: 1 }, plain)).toContain("█");
  });
});

test("drawPoints puts the corners where they belong", () => {
  const corners = { data: Float32Array.of(0, 0, 1, 1), rows: 2, columns: 2 };
  const [title, first, ...rest] = drawPoints(corners, corners, plain).split("\n");
  expect(title).toMatch(/^original +reconstruction$/);
  expect(first).toMatch(/^⠀+⠈ {3}⠀+⠈$/);
  expect(rest.at(-1)).toMatch(/^⡀⠀+ {3}⡀⠀+$/);
  const same = { data: Float32Array.of(2, 2), rows: 1, columns: 2 };
  expect(drawPoints(same, same, plain)).toContain("⡀");
});

test("text", () => {
  expect([0, 999, 1000, 60_000, 1_234_567].map(counted)).toEqual([
    "0",
    "999",
    "1,000",
    "60,000",
    "1,234,567",
  ]);
  expect([12, 204_768, 1_500_000].map(fileSize)).toEqual(["12 B", "205 kB", "1.5 MB"]);
  expect(
    table(
      [
        ["a", "10"],
        ["bcd", "9"],
      ],
      [1],
    ),
  ).toBe("a    10\nbcd   9");
  expect(["digit", "Spiral", "sprial", "nothing"].map((name) => nearest(name, ["digits", "spiral"]))).toEqual(
    ["digits", "spiral", "spiral", undefined],
  );
});
