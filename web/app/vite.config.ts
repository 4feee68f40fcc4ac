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
  test: { include: ["src/**/*.test.ts"] },
});
