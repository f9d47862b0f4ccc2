import { expectEqual, expectTrue } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { checkpointOf } from './fixtures.ts'
import { added, type EventLocation, type RuntimeLawContext } from './RuntimeLawContext.ts'
import {
  expectLog,
  handlersIn,
  pause,
  type RuntimeWithHandlers,
  rewoundStops,
  run,
  settledAt,
  stoppedByRewind,
} from './rewindFixtures.ts'
import { rewindLaw } from './runtimeLaw.ts'

/**
 * Makes the log go back behind what is handled, then appends `regrown` other events. They get some of the lost
 * positions, just as many, or more.
 */
const makeLogGoBack = async (context: RuntimeLawContext, cast: RuntimeWithHandlers, regrown: number) => {
  const process = context.process()
  const runtime = await run(context, cast, process.store)
  const common = await context.appendRounds(1)
  await context.waitUntilHandled(runtime, cast.names, common)
  await settledAt(context, cast, common)
  const restore = await context.backup()
  let end = common
  for (let n = 0; n < 6; n++) end = await context.append(n % 5, added(n))
  await context.waitUntilHandled(runtime, cast.names, end)
  await settledAt(context, cast, end)
  const done = { seen: cast.seen.length, commands: cast.commands.length }
  const lost = await restore()
  for (let n = 0; n < regrown; n++) await context.append(n % 5, added(100 + n))
  return { process, runtime, common, lost, done, restore }
}

const positionsOf = (events: ReadonlyArray<Pick<EventLocation, 'position'>>) => events.map(({ position }) => position)

const appendAgain = [1, 6, 20]

export const rewoundHandlers = groupOf('rewinds', [
  ...appendAgain.map((count) =>
    rewindLaw(
      `a rewind stops every handler, and names the lost events (new events since: ${count})`,
      async (context) => {
        const cast = handlersIn(context)
        const { common, lost, done } = await makeLogGoBack(context, cast, count)
        await stoppedByRewind(context, cast.names)
        // In every process: in one that begins now, and in one that continues.
        await pause(context, cast)
        await context.append(0, added())
        expectEqual(cast.seen.length, done.seen, 'how many events are handled')
        expectEqual(cast.commands.length, done.commands, 'how many commands are sent')
        for (const name of cast.names) {
          const stops = await rewoundStops(context, name)
          for (const { common: reported } of stops)
            expectEqual(reported, common, `the last position that both logs share, of ${name}`)
          const reported = new Map(stops.flatMap((stop) => stop.lost.map((event) => [event.id, event])))
          const positions = positionsOf([...reported.values()]).sort((one, another) => one - another)
          expectEqual(positions, positionsOf(lost), `what is gone, of ${name}`)
          expectTrue((await checkpointOf(context, name)) <= common, `${name} is no farther than what both logs share`)
        }
      },
    ),
  ),

  ...appendAgain.map((count) =>
    rewindLaw(
      `after a recovery the handlers miss nothing and count nothing twice (new events since: ${count})`,
      async (context) => {
        const cast = handlersIn(context)
        const { store, subscriptions } = context
        const { runtime, common, lost } = await makeLogGoBack(context, cast, count)
        await stoppedByRewind(context, cast.names)
        const report = await right(subscriptions.recoverRewound({ store, handlers: cast.handlers }), 'the recovery')
        expectEqual(
          report.handlers.map(({ name, repeats }) => [name, repeats]),
          cast.names.map((name) => [name, 0]),
          'what is recovered, and how much is repeated',
        )
        for (const { name, common: reported, lost: named } of report.handlers) {
          expectEqual([reported, positionsOf(named)], [common, positionsOf(lost)], `what is reported of ${name}`)
        }
        const last = await context.append(1, added(999))
        await context.waitUntilHandled(runtime, cast.names, last)
        await settledAt(context, cast, last)
        await expectLog(context, cast)
        const again = await right(subscriptions.recoverRewound({ store, handlers: cast.handlers }), 'another recovery')
        expectEqual(again.handlers, [], 'what is left to be recovered')
      },
    ),
  ),

  rewindLaw('a second rewind is detected and recovered like the first', async (context) => {
    const cast = handlersIn(context)
    const { store, subscriptions } = context
    const { runtime } = await makeLogGoBack(context, cast, 3)
    await stoppedByRewind(context, cast.names)
    await right(subscriptions.recoverRewound({ store, handlers: cast.handlers }), 'the recovery')
    let last = await context.append(1, added())
    await context.waitUntilHandled(runtime, cast.names, last)
    await settledAt(context, cast, last)
    const restore = await context.backup()
    last = await context.append(2, added())
    await context.waitUntilHandled(runtime, cast.names, last)
    await settledAt(context, cast, last)
    const lost = await restore()
    await context.append(3, added())
    await stoppedByRewind(context, cast.names)
    const report = await right(subscriptions.recoverRewound({ store, handlers: cast.handlers }), 'another recovery')
    expectEqual(
      report.handlers.map(({ name }) => name),
      cast.names,
      'what is recovered the second time',
    )
    for (const { name, lost: named } of report.handlers)
      expectEqual(positionsOf(named), positionsOf(lost), `gone, of ${name}`)
    last = await context.append(4, added())
    await context.waitUntilHandled(runtime, cast.names, last)
    await settledAt(context, cast, last)
    await expectLog(context, cast)
  }),

  rewindLaw('a second rewind that removes the stops is detected like the first', async (context) => {
    const cast = handlersIn(context)
    const { store, subscriptions } = context
    const { runtime, restore, common, lost, done } = await makeLogGoBack(context, cast, 3)
    await stoppedByRewind(context, cast.names)
    await restore()
    for (let n = 0; n < 9; n++) await context.append(n % 5, added(200 + n))
    await stoppedByRewind(context, cast.names)
    expectEqual(cast.seen.length, done.seen, 'how many events are handled')
    const report = await right(subscriptions.recoverRewound({ store, handlers: cast.handlers }), 'the recovery')
    for (const { name, common: reported, lost: named, repeats } of report.handlers) {
      expectEqual(
        [reported, positionsOf(named), repeats],
        [common, positionsOf(lost), 0],
        `what is reported of ${name}`,
      )
    }
    const last = await context.append(4, added())
    await context.waitUntilHandled(runtime, cast.names, last)
    await settledAt(context, cast, last)
    await expectLog(context, cast)
  }),
])
