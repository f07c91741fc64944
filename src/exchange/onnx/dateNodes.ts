// What a graph makes of a column of dates: as DateColumn does, in double precision, since 32-bit floats have too few bits.
import type { Cycle } from "../../data/dateColumn.js";
import type { GraphBuilder } from "./graphBuilder.js";
import { ElementType, int } from "./onnxModel.js";

/** What is learnt of a column of dates. */
export interface DateJson {
  readonly type: "date";
  readonly column: string;
  readonly format: string;
  readonly cycles: readonly Cycle[];
  /** Whether the days since 1970 are a feature. */
  readonly time: boolean;
  /** Days that replace a missing value. */
  readonly median: number;
  readonly flagged: boolean;
}

/** Features of dates. */
export interface DateFeatures {
  readonly names: readonly string[];
  /** The feature that is the time itself, and what its 32-bit float leaves of it; undefined if there is none. */
  readonly time: { readonly place: number; readonly rest: string } | undefined;
}

const DAY = 86_400;
/** Seconds from the Monday before 1970, a Thursday. */
const SINCE_MONDAY = 3 * DAY;
/** Days from 1 March of the year 0 to 1970, and in 400, 100 and 4 years. */
const [TO_1970, DAYS_400, DAYS_100, DAYS_4] = [719_468, 146_097, 36_524, 1460];
/** Days from 1 March to 1 January, and from 1 January to 1 March without a leap day. */
const [TO_JANUARY, TO_MARCH] = [306, 59];

/**
 * Adds the features of a column of dates.
 *
 * @param cells [rows, 1], doubles: seconds since 1970, or since midnight; NaN is a missing value
 */
export function dateFeatures(builder: GraphBuilder, column: DateJson, cells: string): DateFeatures {
  const { cycles, time, median, flagged } = column;
  const graph = new Doubles(builder);
  const absent = builder.add("IsNaN", [cells]);
  const seconds = builder.add("Where", [absent, graph.number(0), cells]);
  const names = cycles.flatMap((cycle) => {
    const phase = phaseNodes(graph, cycle, seconds);
    const angle = graph.toFloat(graph.times(phase, 2 * Math.PI));
    return ["Sin", "Cos"].map((op) =>
      builder.add("Where", [absent, builder.scalar("zero", 0), builder.add(op, [angle])]),
    );
  });
  const place = names.length;
  let rest = "";
  if (time) {
    const days = builder.add("Where", [absent, graph.number(median), graph.over(seconds, DAY)]);
    const nearest = graph.toFloat(days);
    rest = graph.toFloat(graph.minus(days, graph.toDouble(nearest)));
    names.push(nearest);
  }
  if (flagged) names.push(graph.toFloat(absent));
  return { names, time: time ? { place, rest } : undefined };
}

/** The elapsed fraction of a cycle. */
function phaseNodes(graph: Doubles, cycle: Cycle, seconds: string): string {
  if (cycle === "day") return graph.over(graph.remainder(seconds, DAY), DAY);
  if (cycle === "week")
    return graph.over(graph.remainder(graph.plus(seconds, SINCE_MONDAY), 7 * DAY), 7 * DAY);
  return yearPhase(graph, seconds);
}

/**
 * The elapsed fraction of the year, by the arithmetic of days that counts years from 1 March, so that leap days come last
 * (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days).
 */
function yearPhase(graph: Doubles, seconds: string): string {
  const days = graph.whole(seconds, DAY);
  const shifted = graph.plus(days, TO_1970);
  const era = graph.whole(shifted, DAYS_400);
  const day = graph.minus(shifted, graph.times(era, DAYS_400));
  const leaps = graph.minus(graph.whole(day, DAYS_100), graph.whole(day, DAYS_400 - 1));
  const common = graph.plus(graph.minus(day, graph.whole(day, DAYS_4)), leaps);
  const year = graph.whole(common, 365);
  const before = graph.plus(
    graph.times(year, 365),
    graph.minus(graph.whole(year, 4), graph.whole(year, 100)),
  );
  const ofYear = graph.minus(day, before);
  const early = graph.less(ofYear, TO_JANUARY);
  const civil = graph.plus(graph.plus(year, graph.times(era, 400)), graph.minus(graph.number(1), early));
  const leap = leapYear(graph, civil);
  const fromJanuary = graph.choose(
    early,
    graph.plus(graph.plus(ofYear, TO_MARCH), leap),
    graph.minus(ofYear, graph.number(TO_JANUARY)),
  );
  const ofDay = graph.over(graph.minus(seconds, graph.times(days, DAY)), DAY);
  return graph.over(graph.plus(fromJanuary, ofDay), graph.plus(leap, 365));
}

/** 1 for a leap year, 0 for another. */
function leapYear(graph: Doubles, year: string): string {
  const [four, hundred, fourHundred] = [4, 100, 400].map((n) => graph.divides(n, year)) as [
    string,
    string,
    string,
  ];
  // What 400 divides, 100 does too, and what 100 divides, 4 does.
  return graph.plus(graph.minus(four, hundred), fourHundred);
}

/** Nodes that calculate with doubles; the second operand may be a number. */
class Doubles {
  readonly #builder: GraphBuilder;

  constructor(builder: GraphBuilder) {
    this.#builder = builder;
  }

  number(value: number): string {
    return this.#builder.double("number", value);
  }

  plus(a: string, b: string | number): string {
    return this.#binary("Add", a, b);
  }

  minus(a: string, b: string | number): string {
    return this.#binary("Sub", a, b);
  }

  times(a: string, b: number): string {
    return this.#binary("Mul", a, b);
  }

  over(a: string, b: string | number): string {
    return this.#binary("Div", a, b);
  }

  /** How many whole times b is in a. */
  whole(a: string, b: number): string {
    return this.#builder.add("Floor", [this.over(a, b)]);
  }

  remainder(a: string, b: number): string {
    return this.minus(a, this.times(this.whole(a, b), b));
  }

  /** 1 where a is less than b, 0 elsewhere. */
  less(a: string, b: number): string {
    return this.toDouble(this.#binary("Less", a, b));
  }

  /** 1 where n divides a, 0 elsewhere. */
  divides(n: number, a: string): string {
    return this.less(this.remainder(a, n), 1);
  }

  /** What `flag` of 0 and 1 says. */
  choose(flag: string, one: string, zero: string): string {
    return this.plus(zero, this.#binary("Mul", flag, this.minus(one, zero)));
  }

  toFloat(value: string): string {
    return this.#builder.add("Cast", [value], { attributes: { to: int(ElementType.float) } });
  }

  toDouble(value: string): string {
    return this.#builder.add("Cast", [value], { attributes: { to: int(ElementType.double) } });
  }

  #binary(op: string, a: string, b: string | number): string {
    return this.#builder.add(op, [a, typeof b === "number" ? this.number(b) : b]);
  }
}
