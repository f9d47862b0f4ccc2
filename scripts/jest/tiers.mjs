// The tiers of the tests. The name of a file says which one it belongs to, and nothing else does: `*.slow.test.ts`
// needs minutes, other processes or servers of its own; every other `*.test.ts` is quick.

const everywhere = (pattern) => [`<rootDir>/packages/*/test/**/${pattern}`, `<rootDir>/scripts/test/**/${pattern}`]

/** For each tier the files that it runs, in the terms of Jest's configuration. */
export const tiers = {
  quick: { testMatch: everywhere('*.test.ts'), testPathIgnorePatterns: ['/node_modules/', '\\.slow\\.test\\.ts$'] },
  slow: { testMatch: everywhere('*.slow.test.ts') },
  all: { testMatch: everywhere('*.test.ts') },
}
