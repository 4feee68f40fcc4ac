// Writes src/generated/operations.ts: the types of the schema, and each operation of src/operations as a typed document.
// The schema is the one beside us in the repository; SCHEMA names another.
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";

import { codegen } from "@graphql-codegen/core";
import * as typedDocuments from "@graphql-codegen/typed-document-node";
import * as operations from "@graphql-codegen/typescript-operations";
import { buildSchema, parse, printSchema } from "graphql";

const here = (name) => new URL(name, import.meta.url);
const schema = buildSchema(await readFile(process.env.SCHEMA ?? here("../../schema/schema.graphql"), "utf8"));
const names = (await readdir(here("src/operations"))).filter((name) => name.endsWith(".graphql")).sort();
const documents = await Promise.all(
  names.map(async (name) => ({
    location: name,
    document: parse(await readFile(here(`src/operations/${name}`), "utf8")),
  })),
);
const scalars = { DateTime: "string", Date: "string", Cents: "number", JSON: "unknown", Upload: "File", ID: "string" };
const content = await codegen({
  filename: "operations.ts",
  schema: parse(printSchema(schema)),
  schemaAst: schema,
  documents,
  config: { enumsAsTypes: true, enumType: "string-literal", useTypeImports: true, skipTypename: false, avoidOptionals: { field: true }, scalars, documentMode: "string", onlyOperationTypes: true, pureMagicComment: true },
  plugins: [{ operations: {} }, { typedDocuments: {} }],
  pluginMap: { operations, typedDocuments },
});
await mkdir(here("src/generated"), { recursive: true });
await writeFile(here("src/generated/operations.ts"), content);
