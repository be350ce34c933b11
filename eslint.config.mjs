import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Libraries that must stay pure: no platform, no ambient time or randomness (ports bring those in). */
const PURE =
  'protocol,frame,identity,consent,permit,ledger,liveness,avatar,verification,invisible-watermark-ts,runtime';

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '.cache/**',
      '.nx/**',
      'out/**',
      'data/**',
      'libs/persistence/src/generated/**',
      'test/conformance/planted/**',
      // AssemblyScript is checked by its own compiler: casts change bits there
      'libs/*/assembly/**',
    ],
  },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      // Tuples and typed arrays are indexed in hot loops; index signatures of parsed JSON read better with dots.
      '@typescript-eslint/prefer-for-of': 'off',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      eqeqeq: ['error', 'always'],
    },
  },
  {
    files: ['**/*.test.ts', 'test/**/*.ts'],
    rules: { '@typescript-eslint/no-empty-function': 'off' },
  },
  {
    // Nest's modules are classes whose decorators carry everything.
    files: ['apps/authority/**/*.module.ts'],
    rules: { '@typescript-eslint/no-extraneous-class': 'off' },
  },
  {
    files: [`libs/{${PURE}}/src/**/*.ts`],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(node:|fs$|path$|crypto$|@nestjs/|@prisma/|onnxruntime|sharp$|pg$)',
              message: 'A pure library takes this through a port (DESIGN §3).',
            },
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'Configuration comes in as a value.' },
        { name: 'performance', message: 'Time comes in through a clock port.' },
        { name: 'crypto', message: 'Randomness and keys come in through ports.' },
        { name: 'fetch', message: 'The network is an adapter matter.' },
        { name: 'setTimeout', message: 'Timers come in through a port.' },
        { name: 'setInterval', message: 'Timers come in through a port.' },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Time comes in through a clock port.' },
        { object: 'Math', property: 'random', message: 'Randomness comes in through a port.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'Time comes in through a clock port.',
        },
      ],
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', Buffer: 'readonly' },
    },
  },
);
