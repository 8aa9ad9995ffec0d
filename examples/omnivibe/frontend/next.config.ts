import type { NextConfig } from "next";

// Inside a release, `backend` is this release's backend, in staging and in production alike:
// so the image that was tested is the image that is promoted.
const backend = process.env.BACKEND_ADDRESS ?? "http://backend:8000";

const config: NextConfig = {
  output: "standalone",
  poweredByHeader: false,
  images: { unoptimized: true },
  // What builds, checks or develops and never serves: neither traced, which takes half of a
  // build, nor in the image.
  outputFileTracingExcludes: {
    "*": [
      "node_modules/{typescript,sharp,@img}/**",
      "node_modules/next/dist/build/{babel,swc,turbopack-build,webpack,webpack-build,webpack-config}{,.js,/**}",
      "node_modules/next/dist/compiled/{amphtml-validator,babel-packages,next-devtools}/**",
      "node_modules/next/dist/compiled/next-server/*-{experimental,turbo}.*",
      "node_modules/next/dist/server/{dev/next-dev-server,lib/router-utils/setup-dev-bundler}.js",
    ],
  },
  // Browsers ask this server, and it asks the backend: no address of the backend is in a bundle.
  rewrites: async () => [{ source: "/api/v1/:path*", destination: `${backend}/api/v1/:path*` }],
};

export default config;
