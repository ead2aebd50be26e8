import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import ts from 'typescript-eslint';

/** Which folders a folder may not reach into: ui knows nothing, kit knows no practice. */
const door = (files, forbidden, message) => ({
  files,
  rules: {
    'no-restricted-imports': ['error', { patterns: [{ group: forbidden, message }] }],
  },
});

export default ts.config(
  { ignores: ['dist', 'node_modules', 'e2e/out', 'src/api/generated.ts'] },
  js.configs.recommended,
  {
    files: ['src/**/*.{ts,tsx}', 'vite.config.ts'],
    extends: [ts.configs.strictTypeChecked, ts.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { 'react-hooks': hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { attributes: false } },
      ],
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
    },
  },
  {
    files: ['e2e/**/*.mjs', '*.js', 'public/*.js'],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
  },
  { files: ['public/sw.js'], languageOptions: { globals: globals.serviceworker } },
  door(
    ['src/ui/**'],
    [
      '**/api/**',
      '**/kit/**',
      '**/practices/**',
      '@tanstack/react-router',
      '@tanstack/react-query',
    ],
    'ui imports nothing above it: no router, no query, no API.',
  ),
  door(['src/kit/**'], ['**/practices/**'], 'kit knows no practice.'),
  door(['src/api/**'], ['**/ui/**', '**/kit/**', '**/practices/**'], 'api knows only the wire.'),
  door(['src/practices/**', 'src/app/**'], ['**/api/generated'], 'Take the shapes from api/types.'),
);
