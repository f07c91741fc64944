// `isthmus/export`: models as other tools read them.
export type { ExportedFile } from "./exportedFile.js";
