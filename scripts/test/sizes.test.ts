import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { runNode } from './processes.ts'
import { root } from './root.ts'

beforeAll(async () => {
  expect(await runNode(root, ['scripts/build.mjs'])).toMatchObject({ code: 0 })
}, 300_000)

describe('sizes of the packages', () => {
  it('keep their limits, and vanish when nothing is used', async () => {
    expect(await runNode(root, ['scripts/sizes.mjs'])).toMatchObject({ code: 0, err: '' })
  })

  it('have limits that keep what is promised of core', () => {
    const limits = JSON.parse(readFileSync(join(root, 'scripts/sizes.json'), 'utf8'))
    expect(limits['@foldlog/core'].withoutFpTs).toBeLessThanOrEqual(12_000)
  })
})
