import nx from '@nx/eslint-plugin';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** What the pure core may not touch: time, chance, the process and the network come in with the command. */
const IMPURE_GLOBALS = [
  'Date',
  'process',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'performance',
  'crypto',
  'console',
];

/** Layers of `libs/`: an arrow may only point downwards. */
const LAYERS = [1, 2, 3, 4];

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '**/src/generated/**',
      '.bcmed/**',
      '.nx/**',
      '**/*.d.ts',
      'contracts/artifacts/**',
    ],
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: [
          './tsconfig.spec.json',
          './*/*/tsconfig.json',
          './contracts/tsconfig.json',
          './apps/console/web/tsconfig.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { '@nx': nx },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true, allowEmpty: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: [],
          enforceBuildableLibDependency: false,
          depConstraints: [
            { sourceTag: 'type:events', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'type:service', onlyDependOnLibsWithTags: ['type:lib', 'type:events'] },
            { sourceTag: 'type:app', onlyDependOnLibsWithTags: ['type:lib', 'type:events'] },
            { sourceTag: 'type:lib', onlyDependOnLibsWithTags: ['type:lib', 'type:events'] },
            ...LAYERS.map((layer) => ({
              sourceTag: `layer:${layer}`,
              onlyDependOnLibsWithTags: [
                'type:events',
                ...LAYERS.filter((lower) => lower <= layer).map((lower) => `layer:${lower}`),
              ],
            })),
          ],
        },
      ],
    },
  },
  {
    files: ['**/domain/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...IMPURE_GLOBALS.map((name) => ({
          name,
          message: 'domain/ is pure: it comes in with the command.',
        })),
      ],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['node:*', '@nestjs/*', '@nats-io/*', 'ethers', 'pg', '@prisma/*', '**/adapters/**'],
              message: 'domain/ is pure: no framework, no input, no output.',
            },
          ],
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'FunctionDeclaration[async=true], ArrowFunctionExpression[async=true], FunctionExpression[async=true], AwaitExpression',
          message: 'domain/ is pure: nothing waits.',
        },
        {
          selector: "MemberExpression[object.name='Math'][property.name='random']",
          message: 'domain/ is pure: chance comes in with the command.',
        },
      ],
    },
  },
  {
    files: ['**/*.spec.ts', '**/test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // What runs in the browser: the rules of hooks, and no way round React into the page.
    files: ['apps/console/web/**/*.ts', 'apps/console/web/**/*.tsx'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      'no-restricted-properties': [
        'error',
        { property: 'innerHTML', message: 'Text from anywhere is text: let React write it.' },
        { property: 'dangerouslySetInnerHTML', message: 'Text from anywhere is text: let React write it.' },
      ],
    },
  },
  {
    // Nest declares options as classes that nobody instantiates.
    files: ['services/*/src/main.ts', 'apps/console/src/main.ts', '**/*.int.spec.ts', '**/test/**/*.ts'],
    rules: { '@typescript-eslint/no-unsafe-class-instance-assignment': 'off' },
  },
  {
    // process.env is read once, by the schema in config.ts; everything else gets the parsed object.
    files: ['services/**/*.ts', 'apps/console/src/**/*.ts'],
    ignores: ['**/main.ts', '**/*.spec.ts', '**/test/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Read it in main.ts and pass it through config.ts.' },
      ],
    },
  },
);
