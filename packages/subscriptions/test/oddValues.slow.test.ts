import { describeUnknown, type Logger } from '@foldlog/core'
import { UserCode } from '@foldlog/core/store'
import { makeMemoryStore } from '@foldlog/memory-store'
import { makeHandlerRuntime, ParkedEvent } from '@foldlog/subscriptions'
import { failOnUnhandled, odd, oddNames } from '@foldlog/test-kit'
import { afterEach, beforeEach, describe, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import { added, append, right, startRuntime } from './fixtures.ts'
import { accepted, doors, limits, name, oddInput, ways } from './oddHandlers.ts'

// Everything that JavaScript has goes through every door of every kind of handler. An event that the user's code cannot
// handle is parked, the next one is handled, and Node sees no unhandled rejection, which would end the process.

failOnUnhandled({ beforeEach, afterEach })

const errorLogs = (): { readonly logger: Logger; readonly lines: Array<string> } => {
  const lines: Array<string> = []
  const ignore = (): void => {}
  const error = (message: string, facts: object): void => void lines.push(`${message} ${describeUnknown(facts)}`)
  return { logger: { debug: ignore, info: ignore, warn: ignore, error }, lines }
}

describe('an odd value', () => {
  const cases = Object.keys(doors).flatMap((door) => Object.keys(ways).map((way) => [door, way] as const))

  it.each(cases)('of %s, %s, parks its event and no other', async (door, way) => {
    const { logger } = errorLogs()
    for (const oddName of oddNames) {
      const store = makeMemoryStore()
      const call = ways[way]?.(() => odd(oddName))
      const made = call && doors[door]?.(call, store)
      if (made === undefined) throw new Error(`there is no door ${door}`)
      const runtime = makeHandlerRuntime({ store, handlers: [made], limits, logger, dispatch: () => TE.right(0) })
      await startRuntime(runtime)
      const first = await append(store, 1, added(1))
      const last = await append(store, 2, added(2))
      const reached = await runtime.waitFor([name], last, 5_000)()
      const status = right(await runtime.status()).handlers[0]
      if (E.isLeft(reached)) throw new Error(`${oddName}: ${describeUnknown(reached.left)} ${describeUnknown(status)}`)
      const parked = right(await ParkedEvent.list(store, name)())
      await runtime.stop()
      // Values that refuse every look are accepted nowhere.
      const fits = UserCode.run('accepted', () => accepted[door]?.(oddInput(oddName)) === true)
      const mayPass = way === 'returned' && E.isRight(fits) && fits.right
      if (!mayPass && parked.map(({ position }) => position).join() !== `${first}`)
        throw new Error(`${oddName}: ${parked.length} parked`)
      if (parked.some(({ why }) => why === '')) throw new Error(`${oddName}: no reason`)
    }
  })
})
