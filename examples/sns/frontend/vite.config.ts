import { defineConfig } from "vite";

// Built files lie in /static/ under names that hold their content's hash.
export default defineConfig({
  build: { assetsDir: "static", sourcemap: true },
  server: {
    port: 3000,
    proxy: {
      "/api": "http://backend:8000",
      "/ws": { target: "ws://backend:8000", ws: true },
    },
  },
});
