import type { OpenAppend } from '@foldlog/core'
import { expectEqual, expectTrue, fail } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { appendOne } from './fixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'
import { law } from './handlerLaw.ts'

const openAppendsOf = ({ openAppends }: CompleteHandlerStore): Promise<ReadonlyArray<OpenAppend>> =>
  openAppends === undefined
    ? fail('the store has no `openAppends`; when it has no open appends, declare it: openAppends: false')
    : right(openAppends)

const positionsOf = async (store: CompleteHandlerStore) => (await openAppendsOf(store)).map(({ position }) => position)

/** The clocks of the store and of the law may differ by this many milliseconds. */
const clockDifference = 60_000

export const openAppends = groupOf(
  'open appends',
  [
    law('no append is open when all appends have ended', async ({ store, other }) => {
      await appendOne(store)
      expectEqual(await openAppendsOf(store), [], 'the open appends')
      expectEqual(await openAppendsOf(other), [], 'the open appends, by the other')
    }),

    law('an open append is reported at the position where readers wait', async (context) => {
      const { store, other, until } = context
      const waitsAt = await appendOne(store)
      const began = Date.now()
      const end = await context.leaveAppendOpen()
      const last = await appendOne(other)
      for (const handle of [store, other]) {
        expectEqual(await right(handle.settledPosition), waitsAt, 'the settled position')
        const open = await openAppendsOf(handle)
        expectEqual(
          open.map(({ position }) => position),
          [waitsAt],
          'the positions of open appends',
        )
        const isRecent = open.every(({ since }) => Math.abs(since.getTime() - began) < clockDifference)
        expectTrue(isRecent, `the times since they are open: ${open.map(({ since }) => since.toISOString())}`)
      }
      await end()
      await until('no open append is reported', async () => (await positionsOf(store)).length === 0)
      expectTrue((await right(store.settledPosition)) >= last, 'the settled position then')
    }),

    law('open appends are reported with the lowest position first', async (context) => {
      const { store, until } = context
      const first = await appendOne(store)
      const endFirst = await context.leaveAppendOpen()
      await appendOne(store)
      const endSecond = await context.leaveAppendOpen()
      await appendOne(store)
      const [lowest = 0, next = 0, ...rest] = await positionsOf(store)
      expectEqual([lowest, ...rest], [first], 'the lowest position')
      expectTrue(next > lowest, `the positions: ${lowest}, ${next}`)
      await endFirst()
      await until('the first is not reported', async () => (await positionsOf(store)).length === 1)
      expectEqual(await positionsOf(store), [await right(store.settledPosition)], 'where readers wait then')
      await endSecond()
      await until('none is reported', async () => (await positionsOf(store)).length === 0)
    }),
  ],
  'openAppends',
)
