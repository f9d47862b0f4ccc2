import { EventCodec } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import * as t from 'io-ts'

describe('An event codec', () => {
  it.each<readonly [string, unknown]>([
    ['a record of codecs', { room: t.string }],
    ['nothing', undefined],
    ['null', null],
    ['a class', Date],
    ['a promise', Promise.resolve(t.string)],
    ['a text', 'string'],
  ])('refuses %s for the codec of an event, and says what to write', (_, entry) => {
    expect(() => EventCodec.make({ Kept: t.strict({}), Reserved: entry as never })).toThrow(
      'Invalid event codec: the data of "Reserved" has no io-ts codec: write t.strict({ ... })',
    )
  })
})
