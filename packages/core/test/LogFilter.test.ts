import { type InvalidInput, StreamName } from '@foldlog/core'
import { LogFilter } from '@foldlog/core/store'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { either as E } from 'fp-ts'

const streams = fc
  .tuple(fc.constantFrom('a', 'ab', 'b'), fc.constantFrom('1', '12', '2'))
  .map(([category, id]) => StreamName.make(category, id))
  .map((name) => (E.isRight(name) ? name.right : ('a-1' as StreamName)))

const filters: fc.Arbitrary<LogFilter> = fc.record(
  {
    categories: fc.array(fc.constantFrom('a', 'ab', 'b'), { minLength: 1, maxLength: 2 }),
    streams: fc.array(streams, { minLength: 1, maxLength: 2 }),
    streamPrefix: fc.constantFrom('a', 'ab', 'a-', 'a-1', 'b-2', 'c'),
  },
  { requiredKeys: [], noNullPrototype: true },
)

const all = ['a', 'ab', 'b'].flatMap((category) =>
  ['1', '12', '2'].flatMap((id) => {
    const name = StreamName.make(category, id)
    return E.isRight(name) ? [name.right] : []
  }),
)

const refused = (filter: unknown): InvalidInput | undefined => {
  const checked = LogFilter.checkMatchable('filter')(filter as LogFilter)
  return E.isLeft(checked) ? checked.left : undefined
}

describe('a filter of the log', () => {
  it('that matches a stream is accepted', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        const matches = LogFilter.matches(filter)
        if (all.some((stream) => matches({ stream, type: 'Opened' }))) expect(refused(filter)).toBeUndefined()
      }),
    )
  })

  it('whose parts exclude each other is refused', () => {
    expect(refused({ categories: ['a'], streams: ['b-1'] })).toMatchObject({ what: 'filter.streams' })
    expect(refused({ categories: ['a'], streamPrefix: 'b' })).toMatchObject({ what: 'filter.streamPrefix' })
    expect(refused({ categories: ['ab'], streamPrefix: 'a-' })).toMatchObject({ what: 'filter.streamPrefix' })
    expect(refused({ streams: ['a-1'], streamPrefix: 'a-2' })).toMatchObject({ what: 'filter.streamPrefix' })
  })

  it('that names what cannot exist is refused, and any value gets an answer', () => {
    for (const category of ['', 'a-b', '$a', 'a\n', 'a\0', '\ud800', 7])
      expect(refused({ categories: [category] })).toMatchObject({ _tag: 'InvalidInput', what: 'filter.categories' })
    for (const stream of ['a', 'a-', '-1', '$a-1']) expect(refused({ streams: [stream] })).toBeDefined()
    expect(refused({ types: [''] })).toMatchObject({ what: 'filter.types' })
    fc.assert(fc.property(fc.anything(), (value) => void refused(value)))
    fc.assert(fc.property(fc.anything(), (value) => void refused({ categories: value, types: [value] })))
  })
})
