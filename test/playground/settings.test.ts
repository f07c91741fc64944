import { describe, expect, it } from "vitest";
import {
  choiceSetting,
  fromHash,
  initialValues,
  integerSetting,
  numberSetting,
  type Settings,
  toHash,
  widthsSetting,
} from "../../src/playground/shared/settingsText.js";
import { SETTINGS } from "../../src/playground/spiral/spiralSettings.js";

interface Values {
  count: number;
  rate: number;
  kind: "big" | "small";
  widths: readonly number[];
}

const settings: Settings<Values> = {
  count: integerSetting("Count", 5, 1, 10),
  rate: numberSetting("Rate", 0.5, 0, 1),
  kind: choiceSetting("Kind", "big", ["big", "small"]),
  widths: widthsSetting("Widths", [8, 4], 3, 64),
};

describe("settings in a link", () => {
  it("come back as they were, for any of them", () => {
    const values: Values = { count: 10, rate: 1e-7, kind: "small", widths: [64, 1, 2] };
    expect(fromHash(settings, `#${toHash(settings, values)}`)).toEqual({ values, problems: [] });
    const none: Values = { ...values, widths: [] };
    expect(fromHash(settings, toHash(settings, none))).toEqual({ values: none, problems: [] });
  });

  it("keep every bit of a number", () => {
    const rate = 0.1 + 0.2;
    const { values } = fromHash(settings, toHash(settings, { ...initialValues(settings), rate }));
    expect(values.rate).toBe(rate);
  });

  it("are all there, also those that are as at first", () => {
    expect(toHash(settings, initialValues(settings))).toBe("count=5&rate=0.5&kind=big&widths=8,4");
  });

  it("are as at first where the link does not have them", () => {
    expect(fromHash(settings, "").values).toEqual(initialValues(settings));
    expect(fromHash(settings, "#count=7").values).toEqual({ ...initialValues(settings), count: 7 });
  });

  it.each([
    ["count=0", 'Count must be an integer from 1 to 10, not "0"'],
    ["count=2.5", 'Count must be an integer from 1 to 10, not "2.5"'],
    ["count=", 'Count must be an integer from 1 to 10, not ""'],
    ["rate=NaN", 'Rate must be a number from 0 to 1, not "NaN"'],
    ["rate=Infinity", 'Rate must be a number from 0 to 1, not "Infinity"'],
    ["kind=huge", 'Kind must be one of big, small, not "huge"'],
    ["kind=toString", 'Kind must be one of big, small, not "toString"'],
    ["widths=8,,4", 'Widths must be up to 3 widths from 1 to 64, such as "64, 32", not "8,,4"'],
    ["widths=65", 'Widths must be up to 3 widths from 1 to 64, such as "64, 32", not "65"'],
    ["widths=1,1,1,1", 'Widths must be up to 3 widths from 1 to 64, such as "64, 32", not "1,1,1,1"'],
    ["hasOwnProperty=1", 'there is no setting "hasOwnProperty"'],
  ])("%s is said to be wrong, and replaced", (hash, problem) => {
    expect(fromHash(settings, hash)).toEqual({ values: initialValues(settings), problems: [problem] });
  });

  it("take their own first values", () => {
    const values = initialValues(SETTINGS);
    expect(fromHash(SETTINGS, toHash(SETTINGS, values))).toEqual({ values, problems: [] });
  });
});
