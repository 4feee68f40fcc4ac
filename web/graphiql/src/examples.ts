const operations = import.meta.glob<string>("./examples/*.graphql", { query: "?raw", import: "default", eager: true });
const variables = import.meta.glob<string>("./examples/*.json", { query: "?raw", import: "default", eager: true });

/** One tab for each `examples/<number>-<name>.graphql`, with the variables of the `.json` file of the same name. */
export const exampleTabs = Object.keys(operations)
  .sort()
  .map((path) => ({
    query: operations[path]?.trim() ?? "",
    variables: variables[path.replace(/graphql$/, "json")]?.trim() ?? "",
  }));
