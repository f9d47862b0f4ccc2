/** @jest-environment jsdom */
import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { describeFakeTimers } from './describeFakeTimers.ts'
import { book, makeApplication } from './portableApplication.ts'

afterEach(() => {
  jest.useRealTimers()
})

describe('a whole application in jsdom', () => {
  it('runs', async () => {
    expect(typeof Reflect.get(globalThis, 'document')).toBe('object')
    expect(typeof Reflect.get(globalThis, 'TextEncoder')).toBe('undefined')
    const made = makeApplication()
    expect(await book(made)).toMatchObject({
      refused: [{ _tag: 'Taken' }],
      mails: ['seat-1 Booked', 'seat-ü-2 Booked'],
    })
    await made.runtime.stop()
    await made.dispatcher.stop()
  })
})

describeFakeTimers('in jsdom')
