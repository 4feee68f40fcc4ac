import { defineConfig } from "vitest/config";

export default defineConfig({
  build: {
    target: "es2022",
    // light-dark() and nesting are what these browsers know; nothing is rewritten for older ones.
    cssTarget: ["chrome123", "firefox128", "safari17.5"],
    modulePreload: { polyfill: false },
    // Fonts and pictures stay files of their own: the policy allows no data: addresses but for small icons.
    assetsInlineLimit: 0,
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
  // `npm run dev` shows the product that `make run` has started.
  server: {
    proxy: Object.fromEntries(
      ["/graphql", "/exports"].map((path) => [path, { target: "http://127.0.0.1:8000", ws: true }]),
    ),
  },
  test: { include: ["src/**/*.test.ts"] },
});
