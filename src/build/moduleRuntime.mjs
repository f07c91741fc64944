// The code of exported modules (src/exchange/module/runtime/) as pieces of JavaScript text, one for each function,
// class or constant at the top of a file, with the names of the pieces that it needs. An export takes those of its model.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import ts from "typescript";

const RUNTIME = "src/exchange/module/runtime";

/** What stands in for parts of the library that an exported module has no use for, by the names of the library's. */
const STAND_INS = {
  "src/common/check.ts": `${RUNTIME}/plainErrors.ts`,
  "src/common/errors.ts": `${RUNTIME}/plainErrors.ts`,
  "src/common/printable.ts": `${RUNTIME}/plainErrors.ts`,
};

/** The files that a file imports code from. */
function importsOf(source) {
  const found = [];
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || statement.importClause?.isTypeOnly) continue;
    const bindings = statement.importClause?.namedBindings;
    if (!bindings || !ts.isNamedImports(bindings))
      throw new Error(`${source.fileName} imports more than names`);
    const named = bindings.elements.filter(({ isTypeOnly }) => !isTypeOnly);
    if (named.length === 0) continue;
    if (named.some(({ propertyName }) => propertyName))
      throw new Error(`${source.fileName} renames an import`);
    const { text } = /** @type {ts.StringLiteral} */ (statement.moduleSpecifier);
    const path = normalize(join(dirname(source.fileName), text));
    const file = path.replace(/\.js$/, ".ts");
    found.push(STAND_INS[file] ?? file);
  }
  return found;
}

/** The names that a statement declares. */
function namesOf(statement) {
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) return [statement.name.text];
  if (!ts.isVariableStatement(statement)) return [];
  return statement.declarationList.declarations.flatMap(({ name }) =>
    ts.isIdentifier(name) ? [name.text] : name.elements.map((element) => element.name.text),
  );
}

/**
 * The names in `export { … };`.
 *
 * @param {ts.ExportDeclaration} statement
 */
function namesExported({ exportClause }) {
  return exportClause && ts.isNamedExports(exportClause)
    ? exportClause.elements.map(({ name }) => name.text)
    : [];
}

/** A statement as JavaScript, with its comments. */
function scriptOf(statement, source) {
  // The first comment of a file, with an empty line behind it, is about the file.
  const text = statement
    .getFullText(source)
    .trim()
    .replace(/^(?:\/\/.*\n)+\n/, "");
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
    },
  });
  const script = outputText.replace(/^export (?=function|class|const|let)/m, "");
  return script.replaceAll("    ", "  ").trim();
}

/** The identifiers in a script, apart from names of properties, and of what it declares itself. */
function identifiersOf(script) {
  const found = new Set();
  const own = new Set();
  const visit = (node) => {
    const { parent } = node;
    const declares = ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node);
    if (declares && ts.isIdentifier(node.name)) own.add(node.name.text);
    const property =
      parent &&
      ((ts.isPropertyAccessExpression(parent) && parent.name === node) ||
        (ts.isPropertyAssignment(parent) && parent.name === node) ||
        (ts.isMethodDeclaration(parent) && parent.name === node) ||
        (ts.isBindingElement(parent) && parent.propertyName === node));
    if (ts.isIdentifier(node) && !property) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("piece.js", script, ts.ScriptTarget.ES2022, true));
  return new Set([...found].filter((name) => !own.has(name)));
}

/**
 * All pieces by name, in an order in which each constant comes after what it needs.
 *
 * @returns {Record<string, { text: string, needs: string[] }>}
 */
export function runtimePieces() {
  const pieces = new Map();
  const read = new Set();
  /** What the runtime takes from the library's files as it is. */
  const reexported = [];
  const add = (file) => {
    if (read.has(file)) return;
    read.add(file);
    if (!existsSync(file)) throw new Error(`${file} is not there`);
    const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, true);
    importsOf(source).forEach(add);
    let piece;
    for (const statement of source.statements) {
      const names = namesOf(statement);
      if (ts.isExportDeclaration(statement) && file.startsWith(`${RUNTIME}/`))
        reexported.push(...namesExported(statement));
      // What is done at the top of a file belongs to the declaration before it.
      if (ts.isForStatement(statement)) piece.text += `\n${scriptOf(statement, source)}`;
      if (names.length === 0) continue;
      piece = { file, text: scriptOf(statement, source), names };
      for (const name of names) {
        if (pieces.has(name)) throw new Error(`${file} and ${pieces.get(name).file} both have ${name}`);
        pieces.set(name, piece);
      }
    }
  };
  for (const file of readdirSync(RUNTIME).sort()) add(`${RUNTIME}/${file}`);
  const needs = new Map(
    [...pieces].map(([name, { text, names }]) => {
      const used = identifiersOf(text);
      return [name, [...pieces.keys()].filter((other) => used.has(other) && !names.includes(other))];
    }),
  );
  // Of the library's files, only what the runtime needs.
  const kept = new Set();
  const keep = (name) => {
    if (kept.has(name)) return;
    kept.add(name);
    needs.get(name).forEach(keep);
  };
  for (const [name, { file }] of pieces) if (file.startsWith(`${RUNTIME}/`)) keep(name);
  reexported.forEach(keep);
  const found = [...pieces].filter(([name]) => kept.has(name));
  return Object.fromEntries(found.map(([name, { text }]) => [name, { text, needs: needs.get(name) }]));
}
