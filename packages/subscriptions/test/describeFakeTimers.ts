import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { book, bookedFor, makeApplication } from './portableApplication.ts'

/** Waits by promises alone: every timer of the environment is faked. */
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await jest.advanceTimersByTimeAsync(0)
}

/** A whole application under fake timers, in the environment of the test. */
export const describeFakeTimers = (where: string): void =>
  describe(`fake timers, ${where}`, () => {
    afterEach(() => {
      jest.useRealTimers()
    })

    it('do not delay work that is due now', async () => {
      jest.useFakeTimers()
      const made = makeApplication()
      expect(await book(made)).toMatchObject({ refused: [{ _tag: 'Taken' }] })
      await made.runtime.stop()
      await made.dispatcher.stop()
    })

    it('fire the timers of processes when the test advances the time', async () => {
      jest.useFakeTimers()
      const made = makeApplication()
      await book(made)
      await jest.advanceTimersByTimeAsync(bookedFor - 60_000)
      expect(made.mails).not.toContain('seat-1 Released')
      await jest.advanceTimersByTimeAsync(120_000)
      await until(() => made.mails.length === 4)
      expect(made.mails).toEqual(expect.arrayContaining(['seat-1 Released', 'seat-ü-2 Released']))
      await made.runtime.stop()
      await made.dispatcher.stop()
    })

    it('of an earlier load change nothing: they may be installed before the application is made', async () => {
      const made = makeApplication()
      jest.useFakeTimers()
      expect(await book(made)).toMatchObject({ refused: [{ _tag: 'Taken' }] })
      await made.runtime.stop()
    })
  })
