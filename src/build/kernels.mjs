// Reads the signatures of the kernels and generates code from them: the dispatcher that runs the records of a plan, and
// the types and layouts with which TypeScript writes these records. So a kernel's fields are defined only once, in its
// signature, and a missing field or a wrong type is a compile error.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { CommonFlags, NodeKind, newOptions, newProgram, parse } from "assemblyscript";

/**
 * How the dispatcher loads each parameter type, and its type in TypeScript. A `usize` is an address, for which
 * TypeScript passes a tensor; a `Stride` is a number of bytes, for which TypeScript passes a number of floats.
 */
const TYPES = {
  i32: { load: "load<i32>", type: "number" },
  u32: { load: "load<u32>", type: "number" },
  f32: { load: "load<f32>", type: "number" },
  bool: { load: "0 != load<i32>", type: "boolean" },
  usize: { load: "<usize>load<u32>", type: "Tensor" },
  Stride: { load: "<usize>load<u32>", type: "number" },
};

/** Parameters that `runPhase` supplies: the thread's share of the items, and its scratch memory. */
const GIVEN = ["begin", "end", "scratch"];

/** Words of a record before its fields; same as RECORD_ARGUMENTS in assembly/abi.ts. */
const HEAD = 4;
/** Lower operation numbers are not kernels, but OP_END and OP_ROWS in assembly/abi.ts. */
const FIRST_OPERATION = 2;

/**
 * The exported functions of assembly/, with their parameters.
 *
 * @returns {{ file: string, name: string, result: string, parameters: { name: string, type: string }[] }[]}
 */
function exportedFunctions() {
  const program = newProgram(newOptions());
  for (const file of readdirSync("assembly")) {
    parse(program, readFileSync(`assembly/${file}`, "utf8"), `assembly/${file}`, true);
  }
  return program.sources.flatMap(({ normalizedPath, statements }) =>
    statements
      .filter((statement) => statement.kind === NodeKind.FunctionDeclaration)
      .map((statement) => /** @type {import("assemblyscript").FunctionDeclaration} */ (statement))
      .filter((statement) => statement.is(CommonFlags.Export))
      .map(({ name, signature }) => ({
        file: normalizedPath.slice("assembly/".length, -".ts".length),
        name: name.text,
        result: typeName(signature.returnType),
        parameters: signature.parameters.map(({ name, type }) => ({ name: name.text, type: typeName(type) })),
      })),
  );
}

/** @param {any} type as parsed by the compiler */
const typeName = (type) => type.name.identifier.text;

/** The kernels that a plan can run: those that take a share of their items. */
function planKernels(functions) {
  return functions
    .filter(({ parameters }) => parameters.some(({ name }) => name === "begin"))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((kernel, index) => {
      const fields = kernel.parameters.filter(({ name }) => !GIVEN.includes(name));
      for (const { name, type } of fields) {
        if (!(type in TYPES))
          throw new Error(`${kernel.name}: ${name} has the type ${type}, which no record can hold`);
      }
      return { ...kernel, fields, operation: FIRST_OPERATION + index };
    });
}

/** Generates the dispatcher, in AssemblyScript. */
function dispatcher(kernels) {
  const files = [...new Set(kernels.map(({ file }) => file))].sort();
  const imports = files.map((file) => {
    const names = kernels.filter((kernel) => kernel.file === file).map(({ name }) => name);
    return `import { ${names.join(", ")} } from "../../assembly/${file}";`;
  });
  const cases = kernels.map(({ name, operation, parameters, fields }) => {
    const argument = ({ name, type }) =>
      GIVEN.includes(name)
        ? name
        : `${TYPES[type].load}(record, ${4 * (HEAD + fields.findIndex((field) => field.name === name))})`;
    return `    case ${operation}: {\n      ${name}(${parameters.map(argument).join(", ")});\n      return;\n    }`;
  });
  return `${imports.join("\n")}

/** Runs the kernel of a record on items \`begin\` to \`end\`. */
export function dispatch(record: usize, begin: i32, end: i32, scratch: usize): void {
  switch (load<i32>(record)) {
${cases.join("\n")}
    default: unreachable();
  }
}
`;
}

/** Prefix of a field's name in a layout, by type. */
const MARKS = { f32: "~", usize: "@", Stride: "+" };

/**
 * The fields of each kernel's record, in order, as one short string: names with a prefix for their type. Operation
 * numbers follow the order of the kernels.
 */
function layouts(kernels) {
  const text = ({ fields }) => fields.map(({ name, type }) => `${MARKS[type] ?? ""}${name}`).join(" ");
  return Object.fromEntries(kernels.map((kernel) => [kernel.name, text(kernel)]));
}

/** Generates the types of the records and layouts, and of the module's exports. */
function declarations(kernels, functions) {
  const exported = new Set(readFileSync("assembly/index.ts", "utf8").match(/\w+/g));
  const fields = kernels.map(({ name, fields }) => {
    const members = fields.map(({ name, type }) => `    readonly ${name}: ${TYPES[type].type};`);
    return `  ${name}: {\n${members.join("\n")}\n  };`;
  });
  const methods = functions
    .filter(({ name }) => exported.has(name))
    .map(({ name, parameters, result }) => {
      const list = parameters.map((parameter) => `${parameter.name}: number`).join(", ");
      return `  ${name}(${list}): ${result === "void" ? "void" : "number"};`;
    });
  return `/** The fields of each kernel's record; \`Tensor\` is what the caller has for an address, and strides count floats. */
export interface KernelFields<Tensor> {
${fields.join("\n")}
}

/** What the module exports; addresses are plain numbers, and so are booleans. */
export interface KernelExports {
${methods.join("\n")}
}

/** The number of the first kernel's operation; the others follow in the order of the keys. */
export const FIRST_OPERATION: number;

/** The names of each kernel's fields, with blanks between them: \`~\` before a float, \`@\` an address, \`+\` a stride. */
declare const layouts: { readonly [name in keyof KernelFields<number>]: string };
export default layouts;
`;
}

/** Writes build/generated/dispatch.ts, and build/embedded/records with its types. */
export function writeKernelTables() {
  const functions = exportedFunctions();
  const kernels = planKernels(functions);
  mkdirSync("build/generated", { recursive: true });
  writeFileSync("build/generated/dispatch.ts", dispatcher(kernels));
  writeFileSync(
    "build/embedded/records.js",
    `export const FIRST_OPERATION = ${FIRST_OPERATION};\nexport default ${JSON.stringify(layouts(kernels))};\n`,
  );
  writeFileSync("build/embedded/records.d.ts", declarations(kernels, functions));
}
