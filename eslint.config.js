import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Sizes that CONTRIBUTING.md explains. A file or function that must be larger says why beside the exception. */
const SIZES = {
  'max-lines': ['error', 250],
  'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
  'max-params': ['error', 3],
  complexity: ['error', 12],
  'max-depth': ['error', 3],
};

/** A background loop whose promise nobody awaits dies in silence; these rules find it. */
const PROMISES = {
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
  '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
  '@typescript-eslint/only-throw-error': 'error',
};

const TYPES = {
  '@typescript-eslint/switch-exhaustiveness-check': [
    'error',
    { requireDefaultForNonUnion: true, allowDefaultCaseForExhaustiveSwitch: true },
  ],
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
  '@typescript-eslint/no-import-type-side-effects': 'off',
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
  // `void` marks a value that is dropped on purpose, and short arrows may return the nothing of their call.
  '@typescript-eslint/no-meaningless-void-operator': 'off',
  '@typescript-eslint/no-confusing-void-expression': 'off',
  '@typescript-eslint/no-invalid-void-type': 'off',
  // Numbers print the same way everywhere.
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
  // Sockets and transports: the declared classes differ from those that the libraries make.
  '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
  // An async function that awaits nothing fulfils a port whose other adapters do.
  '@typescript-eslint/require-await': 'off',
};

const SYNTAX = {
  'no-restricted-syntax': [
    'error',
    { selector: 'TSEnumDeclaration', message: 'Use a literal union.' },
    { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
  ],
};

const PLAIN = {
  'no-console': 'error',
  eqeqeq: 'error',
  'no-var': 'error',
  'prefer-const': 'error',
  'no-control-regex': 'error',
  'no-fallthrough': 'error',
  'no-unsafe-finally': 'error',
  'no-self-compare': 'error',
  'no-unreachable': 'error',
  'no-empty': ['error', { allowEmptyCatch: false }],
};

export default defineConfig(
  globalIgnores(['dist/', '.ark/', 'coverage/', 'ansible/', 'jenkins/', 'docs/']),
  { rules: PLAIN },
  {
    files: ['src/**/*.{ts,tsx}', 'test/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: { ...SIZES, ...PROMISES, ...TYPES, ...PLAIN, ...SYNTAX },
  },
  {
    // Markup counts like code there.
    files: ['src/web/**/*.tsx'],
    rules: {
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true }],
      complexity: ['error', 16],
    },
  },
  {
    // Vite reads the default export.
    files: ['src/web/vite.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    // A declaration says what the library exports.
    files: ['**/*.d.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    // Programs for a terminal speak to it.
    files: ['src/launcher/**', 'src/cli/**', 'src/local-jenkins/main.ts', 'test/bench/**'],
    rules: { 'no-console': 'off' },
  },
  {
    // A test file is a list of facts: its length says nothing, and it looks into foreign JSON.
    files: ['test/**/*.ts'],
    rules: {
      'max-lines': ['error', 300],
      'max-lines-per-function': 'off',
      'max-params': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        Buffer: 'readonly',
      },
    },
  },
);
