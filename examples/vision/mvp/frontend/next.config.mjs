/** The image holds what the server needs, and no more. */
export default {
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
};
