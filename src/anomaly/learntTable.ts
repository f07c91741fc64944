import { FormatError } from "../common/errors.js";
import { TablePreprocessor } from "../data/index.js";

/** How a series is cut. */
export interface WindowChoice {
  readonly size: number;
  readonly stride: number;
  /** Whether windows do not cross gaps in time; default false. */
  readonly splitAtGaps?: boolean;
}

/** How a detector was trained. */
export interface TableTraining {
  readonly seed: number;
  /** The mean loss of the members after each step. */
  readonly loss: readonly number[];
}

/** What a detector has learnt from its table. */
export interface LearntTable {
  readonly preprocessor: TablePreprocessor;
  /** Undefined for a table whose rows stand alone. */
  readonly window: WindowChoice | undefined;
  /** Undefined for a file that was saved without it. */
  readonly training: TableTraining | undefined;
}

/** The same in JSON. */
interface SavedTable {
  readonly preprocessor?: unknown;
  readonly window?: WindowChoice;
  readonly training?: TableTraining;
}

/** Key in `__metadata__` under which a detector's file keeps what was learnt from its table. */
const TABLE_KEY = "isthmus.table";

/** The metadata of a detector's file, for `readLearntTable`. They have no times, so the same training gives the same file. */
export function tableMetadata({ preprocessor, window, training }: LearntTable): Record<string, string> {
  const saved: SavedTable = {
    preprocessor: preprocessor.toJSON(),
    ...(window && { window }),
    ...(training && { training: rounded(training) }),
  };
  return { [TABLE_KEY]: JSON.stringify(saved) };
}

function rounded({ seed, loss }: TableTraining): TableTraining {
  return { seed, loss: loss.map((value) => Number(value.toPrecision(6))) };
}

/** Whether a file with these metadata has a detector of tables. */
export function hasLearntTable(metadata: Readonly<Record<string, string>>): boolean {
  return metadata[TABLE_KEY] !== undefined;
}

/** @throws {FormatError} for the metadata of a file that was saved without its table, or is damaged */
export function readLearntTable(metadata: Readonly<Record<string, string>>): LearntTable {
  const text = metadata[TABLE_KEY];
  if (text === undefined) {
    throw new FormatError(`the file does not say what the columns of its table were (${TABLE_KEY})`);
  }
  const { preprocessor, window, training } = parsed(text);
  if (window !== undefined && !isWindow(window)) {
    throw new FormatError(`${TABLE_KEY} has a window that is none`);
  }
  if (training !== undefined && !isTraining(training)) {
    throw new FormatError(
      `${TABLE_KEY} has a training that is none: its seed and losses must be finite numbers`,
    );
  }
  return { preprocessor: TablePreprocessor.fromJSON(preprocessor), window, training };
}

function parsed(text: string): SavedTable {
  try {
    return JSON.parse(text) ?? {};
  } catch (cause) {
    throw new FormatError(`${TABLE_KEY} is not JSON`, { cause });
  }
}

function isWindow(window: WindowChoice | null): boolean {
  const { size, stride, splitAtGaps = false } = window ?? {};
  return isCount(size) && isCount(stride) && typeof splitAtGaps === "boolean";
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

function isTraining(training: TableTraining | null): boolean {
  if (!Number.isFinite(training?.seed)) return false;
  return Array.isArray(training?.loss) && training.loss.every(Number.isFinite);
}
