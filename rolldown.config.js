// What `tsc` wrote, as a handful of files: docs/decisions/bundle.md.
export default {
  input: { index: 'dist/index.js', 'testing/build': 'dist/testing/build.js' },
  platform: 'node',
  // packages stay outside
  external: (id) => /^[^./]/.test(id),
  // a number that is said once is then as fast as one that is written out: docs/decisions/hot-path.md
  optimization: { inlineConst: { mode: 'all' } },
  output: { dir: 'dist', entryFileNames: '[name].js', chunkFileNames: 'chunk-[name].js', comments: false },
}
