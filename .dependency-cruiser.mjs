const lib = (names) => `^libs/(${names.join('|')})/`;
const FOUNDATION = ['protocol', 'frame'];
const PURE = [
  'identity',
  'consent',
  'permit',
  'ledger',
  'liveness',
  'avatar',
  'verification',
  'invisible-watermark-ts',
];
const ADAPTERS = ['vision', 'media', 'persistence', 'api-client'];

/** The dependency direction of ARCHITECTURE.md: foundation ← pure domain ← adapters and runtime ← apps. */
/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'foundation-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^libs/(protocol|frame)/src' },
      to: { path: '^(libs|apps)/', pathNot: '^libs/$1/' },
    },
    {
      name: 'watermark-stands-alone',
      comment: 'invisible-watermark-ts is publishable by itself.',
      severity: 'error',
      from: { path: '^libs/invisible-watermark-ts/src', pathNot: '([.]test[.]ts$)|/testing/' },
      to: { path: '^(libs|apps)/', pathNot: '^libs/invisible-watermark-ts/' },
    },
    {
      name: 'pure-imports-only-pure',
      severity: 'error',
      from: { path: lib(PURE), pathNot: '([.]test[.]ts$)|/testing/' },
      to: { path: '^(libs|apps)/', pathNot: lib([...FOUNDATION, ...PURE]) },
    },
    {
      name: 'runtime-knows-ports-only',
      severity: 'error',
      from: { path: lib(['runtime']), pathNot: '([.]test[.]ts$)|/testing/' },
      to: { path: '^(libs|apps)/', pathNot: lib([...FOUNDATION, ...PURE, 'runtime']) },
    },
    {
      name: 'adapters-do-not-know-each-other',
      severity: 'error',
      from: { path: '^libs/(vision|media|persistence|api-client)/', pathNot: '[.]test[.]ts$' },
      to: { path: lib([...ADAPTERS, 'runtime']), pathNot: '^libs/$1/' },
    },
    {
      name: 'libs-do-not-import-apps',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-do-not-import-each-other',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '[.]test[.]ts$' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'no-deep-imports',
      comment: 'Another library is entered through its index only.',
      severity: 'error',
      from: { path: '^(libs|apps|test|tools)/([^/]+)/' },
      to: { path: '^libs/[^/]+/src/(?!index[.]ts$)', pathNot: '^$1/$2/' },
    },
    {
      name: 'production-code-does-not-import-testing',
      severity: 'error',
      from: {
        path: '^(libs|apps)/',
        pathNot: '([.]test[.]ts$)|^libs/testing/|/testing/|^apps/client/src/demo/',
      },
      to: { path: '^libs/testing/' },
    },
    {
      name: 'prisma-only-in-persistence',
      severity: 'error',
      from: { path: '^(libs|apps|test)/', pathNot: '^libs/persistence/' },
      to: { path: '(@prisma/|pglite-prisma-adapter|libs/persistence/src/generated)' },
    },
    {
      name: 'onnx-only-in-vision',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: '(^libs/vision/)|([.]test[.]ts$)' },
      to: { path: 'onnxruntime' },
    },
    {
      name: 'nothing-unresolvable',
      severity: 'error',
      // The fallback binaries are installed into the cache, not here (tools/bootstrap/binaries).
      from: { pathNot: '^tools/bootstrap/ffmpeg' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '(^|/)dist/', 'libs/persistence/src/generated'] },
    exclude: { path: '((^|/)dist/)|(^test/conformance/planted)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: `${import.meta.dirname}/tsconfig.base.json` },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['guise-source', 'import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.json'],
    },
  },
};
