// Files in the manner of well-known public ones: what is read, what becomes of each column, and what is said of it.
import { expect, test } from "vitest";
import {
  type ReadTableOptions,
  readTable,
  TablePreprocessor,
  type TablePreprocessorOptions,
} from "../../src/data/index.js";

interface PublicFile {
  readonly name: string;
  readonly text: string;
  readonly read?: ReadTableOptions;
  readonly fit?: TablePreprocessorOptions;
  readonly rows: number;
  /** By column, its type and how many features it becomes. */
  readonly columns: Record<string, [type: string, features: number]>;
}

/** Lines made by number. */
function lines(count: number, line: (i: number) => string, newline = "\n"): string {
  return Array.from({ length: count }, (_, i) => line(i)).join(newline);
}

const comma = (value: number, digits = 1) => value.toFixed(digits).replace(".", ",");

const FILES: readonly PublicFile[] = [
  {
    name: "Titanic: quoted names with commas and quotes, many missing ages and cabins",
    text: `PassengerId,Survived,Pclass,Name,Sex,Age,Ticket,Fare,Cabin,Embarked\n${lines(
      300,
      (i) =>
        `${i + 1},${i % 2},${1 + (i % 3)},"Doe ${i}, Mrs. Jane (""J."" Roe)",${i % 3 ? "male" : "female"},${i % 5 ? 20 + (i % 50) : ""},` +
        `PC ${1000 + i},${(i * 7.25) % 80},${i % 4 ? "" : `C${i}`},${i === 61 ? "" : "SCQ"[i % 3]}`,
    )}\n`,
    rows: 300,
    columns: {
      PassengerId: ["identifier", 0],
      Survived: ["number", 1],
      Pclass: ["number", 1],
      Name: ["identifier", 0],
      Sex: ["category", 2],
      Age: ["number", 2],
      Ticket: ["identifier", 0],
      Fare: ["number", 1],
      Cabin: ["identifier", 0],
      Embarked: ["category", 4],
    },
  },
  {
    name: "Adult: no header, blanks behind commas, question marks",
    text: `${lines(
      400,
      (i) =>
        `${17 + (i % 60)}, ${["Private", "State-gov", "?", "Private"][i % 4]}, ${10_000 + 977 * i}, ${i % 399 ? "United-States" : "Cuba"}, ${i % 3 ? "<=50K" : ">50K"}`,
    )}\n\n`,
    rows: 400,
    columns: {
      "column 1": ["number", 1],
      "column 2": ["category", 3],
      "column 3": ["number", 1],
      "column 4": ["category", 2],
      "column 5": ["category", 2],
    },
  },
  {
    name: "Iris",
    text: `sepal_length,sepal_width,species\n${lines(150, (i) => `${4 + (i % 37) / 10},${2 + (i % 23) / 10},${["setosa", "versicolor", "virginica"][Math.floor(i / 50)]}`)}`,
    rows: 150,
    columns: { sepal_length: ["number", 1], sepal_width: ["number", 1], species: ["category", 3] },
  },
  {
    name: "Penguins, as R writes them: row names in quotes, NA",
    text: `"","species","bill_length_mm","sex","year"\n${lines(
      200,
      (i) =>
        `"${i + 1}","${["Adelie", "Gentoo"][i % 2]}",${i % 100 ? 35 + (i % 19) / 2 : "NA"},${i % 30 ? `"${i % 2 ? "male" : "female"}"` : "NA"},${2007 + (i % 3)}`,
    )}\n`,
    rows: 200,
    columns: {
      "column 1": ["identifier", 0],
      species: ["category", 2],
      bill_length_mm: ["number", 1],
      sex: ["category", 3],
      year: ["number", 1],
    },
  },
  {
    name: "UCI's air quality: semicolons, decimal commas, -200, two delimiters too many, empty rows",
    text: `Date;Time;CO(GT);NMHC(GT);T;;\r\n${lines(
      500,
      (i) => {
        const [day, hour] = [Math.floor(i / 24), i % 24];
        const date = new Date(Date.UTC(2004, 2, 10 + day))
          .toISOString()
          .slice(0, 10)
          .split("-")
          .reverse()
          .join("/");
        return `${date};${String(hour).padStart(2, "0")}.00.00;${i % 9 ? comma((i % 90) / 10) : "-200"};-200;${comma(13 + (i % 70) / 10)};;`;
      },
      "\r\n",
    )}\r\n;;;;;;\r\n;;;;;;\r\n`,
    fit: { missing: ["-200"] },
    rows: 502,
    columns: {
      Date: ["date", 2],
      Time: ["date", 2],
      "CO(GT)": ["number", 2],
      "NMHC(GT)": ["empty", 0],
      T: ["number", 1],
      "column 6": ["empty", 0],
      "column 7": ["empty", 0],
    },
  },
  {
    name: "German sales: thousands with points, euros, percent, days first, postal codes",
    text: `Kunde;PLZ;Umsatz;Rabatt;Datum;Ort\r\n${lines(
      300,
      (i) =>
        `K${i};${["01067", "10115", "80331"][i % 3]};${1 + (i % 4)}.${100 + i},${10 + (i % 90)} €;${i % 30} %;${String(1 + (i % 28)).padStart(2, "0")}.${String(1 + (i % 12)).padStart(2, "0")}.${2021 + (i % 3)};${["Köln", "Ulm"][i % 2]}`,
      "\r\n",
    )}\r\n`,
    rows: 300,
    columns: {
      Kunde: ["identifier", 0],
      PLZ: ["category", 3],
      Umsatz: ["number", 1],
      Rabatt: ["number", 1],
      Datum: ["date", 4],
      Ort: ["category", 2],
    },
  },
  {
    name: "Excel: byte order mark, thousands in quotes, notes of two lines",
    text: `\ufeffName,Amount,Note\r\n${lines(60, (i) => `Item ${i % 7},"${(1000 + 7 * i).toLocaleString("en-US")}","first\nsecond, ""${i % 3}"""`, "\r\n")}\r\n`,
    rows: 60,
    columns: { Name: ["category", 7], Amount: ["number", 1], Note: ["category", 3] },
  },
  {
    name: "sensors: time with a zone",
    text: `timestamp,sensor,value\n${lines(3000, (i) => `${new Date(Date.UTC(2024, 0, 1, 0, 10 * i)).toISOString().slice(0, 19)}+01:00,s${i % 2},${(i % 40) / 8}`)}\n`,
    rows: 3000,
    columns: { timestamp: ["date", 4], sensor: ["category", 2], value: ["number", 1] },
  },
  {
    name: "a log: seconds since 1970",
    text: `time,value\n${lines(1000, (i) => `${1_700_000_000 + 300 * i},${(i % 50) / 10}`)}\n`,
    rows: 1000,
    columns: { time: ["date", 2], value: ["number", 1] },
  },
  {
    name: "American prices and dates",
    text: `date,price,share\n${lines(800, (i) => {
      const date = new Date(Date.UTC(2020, 0, 1 + i));
      return `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()},"$${(1000 + 3.5 * i).toLocaleString("en-US")}",${i % 100}.5%`;
    })}\n`,
    rows: 800,
    columns: { date: ["date", 4], price: ["number", 1], share: ["number", 1] },
  },
  {
    name: "names that come twice, empty names, a delimiter too many",
    text: `x,x,,y,\n${lines(30, (i) => `${i / 8},${(i * 7) % 11},${i % 4},${"ab"[i % 2]},`)}\n`,
    rows: 30,
    columns: {
      x: ["number", 1],
      "x (2)": ["number", 1],
      "column 3": ["number", 1],
      y: ["category", 2],
      "column 5": ["empty", 0],
    },
  },
  {
    name: "bars and comments",
    text: `# made by a logger\nhost|cpu|ok\n${lines(100, (i) => `h${i % 3}|${i / 8}|${i % 2 === 0}`)}\n# end\n`,
    rows: 100,
    columns: { host: ["category", 3], cpu: ["number", 1], ok: ["boolean", 1] },
  },
  {
    name: "NumPy's savetxt",
    text: `# x y\n${lines(50, (i) => `${(i / 7).toExponential(18)} ${(i * i).toExponential(18)}`)}\n`,
    rows: 50,
    columns: { x: ["number", 1], y: ["number", 1] },
  },
  {
    name: "genes: scientific notation, tabs",
    text: `gene\tp\texpression\n${lines(100, (i) => `G${i}\t${(10 ** -(i % 300)).toExponential(3)}\t${(i % 17) - 8.5}`)}\n`,
    rows: 100,
    columns: { gene: ["identifier", 0], p: ["number", 1], expression: ["number", 1] },
  },
  {
    name: "a series of months: Box and Jenkins' airline passengers",
    text: `"Month","Passengers"\n${lines(144, (i) => `"${1949 + Math.floor(i / 12)}-${String(1 + (i % 12)).padStart(2, "0")}",${100 + ((i * 13) % 97)}`)}\n`,
    rows: 144,
    columns: { Month: ["date", 4], Passengers: ["number", 1] },
  },
];

test.each(FILES)("$name", async ({ text, read, fit, rows, columns }) => {
  const table = await readTable(new TextEncoder().encode(text), read);
  expect(table.rows).toBe(rows);
  const preprocessor = TablePreprocessor.fit(table, fit);
  const decided = preprocessor.decisions.map(({ column, type, features }) => [column, [type, features]]);
  expect(Object.fromEntries(decided)).toEqual(columns);
  const matrix = preprocessor.transform(table);
  expect(matrix.shape).toEqual([rows, preprocessor.featureNames.length]);
  expect(matrix.data.every(Number.isFinite)).toBe(true);
  // A column that is left out has a reason that people can read.
  for (const { features, action } of preprocessor.decisions)
    if (features === 0) expect(action).toMatch(/left out/);
});
