import { orThrow, StreamName } from '@foldlog/core'
import { rejectInput } from '@foldlog/core/store'
import { describe, expect, it } from '@jest/globals'
import { taskEither as TE } from 'fp-ts'

const rejected = rejectInput('stream name', 'must read category-id')

describe('orThrow', () => {
  it('returns the value of a right result', async () => {
    expect(orThrow(StreamName.parse('account-7'))).toBe('account-7')
    expect(await orThrow(TE.right(7))).toBe(7)
  })

  it('throws an Error with the text of a left result, and the error as its cause', () => {
    const thrown = (): unknown => {
      try {
        return orThrow(rejected)
      } catch (cause) {
        return cause
      }
    }
    expect(thrown()).toMatchObject({
      message: 'stream name: must read category-id',
      cause: { _tag: 'InvalidInput', what: 'stream name' },
    })
  })

  it('rejects the promise of a task in the same way', async () => {
    await expect(orThrow(TE.fromEither(rejected))).rejects.toMatchObject({
      message: 'stream name: must read category-id',
      cause: { _tag: 'InvalidInput' },
    })
  })
})
