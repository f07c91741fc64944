import { SampleRandom } from "../../datasets/sampleRandom.js";
import { sinPi } from "../../math/elementary.js";

const ROWS = 600;
/** Rows of a day: one reading every ten minutes. */
const DAY = 144;
const STREAM = 0x7461626c;

/** A reading of a pump. */
interface Reading {
  pump: string;
  mode: string;
  speed: number;
  pressure: number;
  temperature: number;
  vibration: number;
}

/** Ways to make a reading odd. In most, each value is usual, but not together with the others. */
const FAULTS: readonly ((reading: Reading) => void)[] = [
  (reading) => {
    reading.pressure += reading.pressure > 4 ? -2.6 : 2.6;
  },
  (reading) => {
    reading.temperature += 16;
  },
  (reading) => {
    reading.vibration *= 3;
  },
  (reading) => {
    reading.mode = reading.mode === "eco" ? "boost" : "eco";
  },
  (reading) => {
    reading.pump = "X";
    reading.pressure += 0.9;
  },
];

/** The rows that are made odd, each in the next way. */
const ODD = [71, 118, 164, 233, 290, 342, 405, 467, 521, 560];

/**
 * A table of readings of three pumps as CSV: their speed follows the day, and all else the speed; one pump alone boosts. Ten rows, which the
 * column `label` marks, are wrong. The same seed gives the same text in every browser.
 */
export function exampleTable(seed: number): string {
  const random = new SampleRandom(seed, STREAM);
  const lines = Array.from({ length: ROWS }, (_, row) => {
    const reading = usual(row, random.at(row));
    const fault = ODD.indexOf(row);
    if (fault >= 0) FAULTS[fault % FAULTS.length]!(reading);
    const { pump, mode, speed, pressure, temperature, vibration } = reading;
    const values = [speed.toFixed(0), pressure.toFixed(2), temperature.toFixed(1), vibration.toFixed(2)];
    return [timeOf(row), pump, mode, ...values, fault >= 0 ? 1 : 0].join(",");
  });
  return `time,pump,mode,speed,pressure,temperature,vibration,label\n${lines.join("\n")}\n`;
}

function usual(row: number, random: SampleRandom): Reading {
  const load = 0.5 + 0.5 * sinPi((2 * row) / DAY) + 0.08 * random.normal();
  const pump = row % 3;
  return {
    pump: "ABC"[pump]!,
    mode: pump === 2 ? "boost" : "eco",
    speed: 1200 + 600 * load + 40 * pump,
    pressure: 2.8 + 2.4 * load + 0.1 * random.normal(),
    temperature: 41 + 13 * load + 1.5 * pump + 0.7 * random.normal(),
    vibration: 0.6 + 1.1 * load * load + 0.05 * random.normal(),
  };
}

function timeOf(row: number): string {
  const minutes = 10 * row;
  const two = (number: number) => String(number).padStart(2, "0");
  const day = 1 + Math.floor(minutes / 1440);
  return `2026-03-${two(day)} ${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`;
}
