// What libraries for the application weigh, each bundled alone with what we would use of it, React not counted.
// In an empty folder: npm install esbuild react react-dom graphql rxjs urql @urql/core @apollo/client wouter react-router
//   recharts @visx/axis @visx/grid @visx/group @visx/responsive @visx/scale @visx/shape
// then, there: node .../bench/page_libraries.mjs
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";

const { build } = createRequire(`${process.cwd()}/`)("esbuild");
const CASES = {
  urql: `export { Client, cacheExchange, fetchExchange } from "@urql/core"; export { Provider } from "urql";`,
  "Apollo Client": `export { ApolloClient, InMemoryCache, HttpLink } from "@apollo/client";
    export { ApolloProvider, useQuery } from "@apollo/client/react";`,
  visx: `export { AxisBottom, AxisLeft } from "@visx/axis"; export { GridRows } from "@visx/grid";
    export { Group } from "@visx/group"; export { useParentSize } from "@visx/responsive";
    export { scaleLinear, scalePoint } from "@visx/scale"; export { AreaClosed, LinePath } from "@visx/shape";`,
  recharts: `export { ComposedChart, Area, Line, XAxis, YAxis, CartesianGrid, Tooltip, ResponsiveContainer } from "recharts";`,
  wouter: `export { Route, Switch, Link, useLocation, useParams, useRoute } from "wouter";`,
  "react-router": `export { BrowserRouter, Routes, Route, Link, useLocation, useParams } from "react-router";`,
};

for (const [name, contents] of Object.entries(CASES)) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: process.cwd() },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    external: ["react", "react-dom", "react/jsx-runtime"],
    define: { "process.env.NODE_ENV": '"production"' },
  });
  console.log(`${name.padEnd(14)} ${gzipSync(outputFiles[0].contents, { level: 9 }).length} bytes, gzip`);
}
