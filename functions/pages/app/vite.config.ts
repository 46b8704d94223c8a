// Into ../dist, which ships with the package. Nothing inline, because the page's policy allows nothing inline.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { recorded } from "./digest.ts";

const CONTROL = process.env.TOLLGATE_CONTROL ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), recorded()],
  build: {
    outDir: process.env.TOLLGATE_DIST ?? "../dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Libraries in a file of their own: they change seldom, and browsers keep what does not change.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "libraries", test: /node_modules/ }] } } },
  },
  server: { proxy: { "/api": CONTROL, "/session": CONTROL, "/approvals": CONTROL } },
  test: { include: ["src/**/*.test.{ts,tsx}"] },
});
