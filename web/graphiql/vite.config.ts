import { defineConfig } from "vite";

export default defineConfig({
  base: "/graphiql/",
  worker: { format: "es" },
  // The editor alone is 3 MB; it is fetched once and kept for good, so a warning about its size says nothing.
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 5000,
    // "use client" and the like in dependencies mean nothing in a page without a rendering server.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
});
