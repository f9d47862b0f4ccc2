import { readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

it('docs/writing-a-store.md shows the example as it is tested', () => {
  expect(read('../../../docs/writing-a-store.md')).toContain(
    ['```ts', read('exampleStore.ts').trimEnd(), '```'].join('\n'),
  )
})
