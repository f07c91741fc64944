// A TypeDoc plugin: a guide is called what its first heading says, and the guides stand in the order in which one reads
// them. Those that are not in the order come last.
import { Converter } from "typedoc";

/** File names without their ending. */
const ORDER = [
  "models",
  "tutorials",
  "data",
  "training",
  "anomalies",
  "command-line",
  "pages-and-servers",
  "other-tools",
  "beyond-one-machine",
  "numbers",
  "how-it-works",
];

/** The heading at the beginning of a text. */
const HEADING = /^# (.+)\n/;
/** After TypeDoc has sorted and grouped everything, which it does at -100. */
const LAST = -1000;

/** Places of guides by their titles. @type {Map<string, number>} */
const places = new Map();
const placeOf = (/** @type {{ name: string }} */ guide) => places.get(guide.name) ?? ORDER.length;

/** @param {import("typedoc").Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, guide) => {
    const title = HEADING.exec(guide.content[0]?.text ?? "")?.[1];
    if (title === undefined) throw new Error(`the guide ${guide.name} must begin with a heading`);
    const place = ORDER.indexOf(guide.name);
    if (place >= 0) places.set(title, place);
    guide.name = title;
  });
  app.converter.on(
    Converter.EVENT_RESOLVE_END,
    ({ project }) => {
      const lists = [project.documents, ...(project.groups ?? []).map(({ children }) => children)];
      for (const list of lists) list?.sort((a, b) => placeOf(a) - placeOf(b));
    },
    LAST,
  );
}
