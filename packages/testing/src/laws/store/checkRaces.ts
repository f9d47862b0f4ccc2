import type { Append } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { expectEqual, expectMatch, expectTrue } from '../../internal/expectations.ts'
import { format } from '../../internal/format.ts'
import {
  concurrently,
  createStream,
  freshStream,
  newEvents,
  numbersTo,
  readWholeLog,
  right,
  untyped,
  yieldToOthers,
} from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import type { LawContext } from './LawContext.ts'
import { law } from './storeLaw.ts'

type Store = LawContext['store']

/** Appends with checks side by side. */
export const checkRaces = groupOf(
  'checks',
  [
    law('of two appends that each check the stream of the other, one wins in each round', async ({ store, other }) => {
      for (const round of numbersTo(40)) {
        const streams = [freshStream('skew'), freshStream('skew')] as const
        // Side by side, in both orders of names, over both connections.
        const outcomes = await concurrently(8, (i) => {
          const [own, checked] = i % 2 === 0 ? streams : [streams[1], streams[0]]
          const append: Append = {
            stream: own,
            expected: 'any',
            events: newEvents(1),
            checks: [{ stream: checked, expected: 'noStream' }],
          }
          return (i % 4 < 2 ? store : other).append(append)()
        })
        const versions = [
          (await right(store.streamInfo(streams[0]))).version,
          (await right(store.streamInfo(streams[1]))).version,
        ]
        expectEqual([...versions].sort(), [0, 4], `round ${round}: the versions of both streams`)
        for (const outcome of outcomes.filter(E.isLeft))
          expectMatch(
            outcome.left,
            { _tag: 'VersionConflict', expected: 'noStream' },
            `round ${round}: a loser’s error`,
          )
      }
    }),

    law('an append finds every checked stream as it is when its own events are stored', async ({ store, other }) => {
      // Each writer checks the version that it has read. So in the log every event must come after the events that it
      // rests on, and before the next one of that stream.
      const watched = await createStream(store, 1, 'watched')
      const write = async (to: Store, i: number): Promise<void> => {
        for (let n = 0; n < 20; ) {
          const { version } = await right(to.streamInfo(watched))
          const isWriter = i === 0
          const outcome = await to.append(
            isWriter
              ? { stream: watched, expected: version, events: newEvents(1) }
              : {
                  stream: freshStream('resting'),
                  expected: 'noStream',
                  events: [{ ...(newEvents(1)[0] ?? untyped(undefined)), data: { version } }],
                  checks: [{ stream: watched, expected: version }],
                },
          )()
          // The other writers read this version, and most of them check it before the next one.
          if (isWriter) await yieldToOthers()
          if (E.isRight(outcome)) n++
          else expectMatch(outcome.left, { _tag: 'VersionConflict', stream: watched }, 'the error')
        }
      }
      await Promise.all(numbersTo(7).map((i) => write(i % 2 === 0 ? store : other, i - 1)))
      let version = 0
      for (const { stream, data, position, version: own } of await readWholeLog(store)) {
        if (stream === watched) version = own
        else expectEqual(data, { version }, `the version that the event at position ${position} rests on`)
      }
      expectEqual(version, 21, 'the version of the checked stream')
    }),

    law('appends that check streams find no deadlock in 100 rounds of opposite orders', async ({ store, other }) => {
      const streams = numbersTo(8).map(() => freshStream('opposite'))
      for (const round of numbersTo(100)) {
        const outcomes = await concurrently(6, (i) => {
          const order = i % 2 === 0 ? streams : [...streams].reverse()
          const [first = freshStream(), ...rest] = [...order.slice(i), ...order.slice(0, i)]
          const checks = [...rest, freshStream('opposite')].map((stream) => ({ stream, expected: 'any' }) as const)
          return (i % 4 < 2 ? store : other).append({ stream: first, expected: 'any', events: newEvents(1), checks })()
        })
        for (const outcome of outcomes)
          expectTrue(E.isRight(outcome), `round ${round}: every append is stored, one ended with ${format(outcome)}`)
      }
    }),
  ],
  'checks',
)
