import { inspect } from 'node:util'
import { CommandCodec, EventCodec, ValidationProblem } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { recorded } from './codecs.ts'

const data = t.strict({ price: t.strict({ cents: t.Int }) })
const wrong = { price: { cents: 'many' } }

const errors: ReadonlyArray<readonly [string, unknown]> = [
  ['a decode failure', EventCodec.make({ Paid: data }).decode(recorded('Paid', 1, wrong))],
  ['a failure to decode a command', CommandCodec.make({ Pay: data }).decode({ type: 'Pay', data: wrong })],
]

describe('console.log', () => {
  it.each(errors)('shows the reason of %s, also within an Either', (_, error) => {
    const text = inspect(error)
    expect(text).toMatch(/price\.cents: expected Int, got "many"/)
    expect(text).not.toMatch(/\[Array\]|\[Object\]/)
  })

  it('is all that sees how problems are printed', () => {
    const decoded = data.decode(wrong)
    const problems = E.isLeft(decoded) ? ValidationProblem.fromIoTs(decoded.left) : []
    const plain = [{ path: 'data.price.cents', why: 'expected Int, got "many"' }]
    expect(problems).toStrictEqual(plain)
    expect(JSON.parse(JSON.stringify(problems))).toEqual(plain)
    expect(structuredClone(problems)).toEqual(plain)
    expect(EventCodec.make({ Noted: t.unknown }).encode({ type: 'Noted', data: { problems } })).toMatchObject({
      _tag: 'Right',
    })
  })
})
