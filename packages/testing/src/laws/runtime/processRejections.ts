import { either as E, taskEither as TE } from 'fp-ts'
import { expectEqual } from '../../internal/expectations.ts'
import { groupOf } from '../Law.ts'
import { parkedOf } from './failureFixtures.ts'
import { withoutRetry } from './fixtures.ts'
import { happenedType, makeDefect, noting, orderManager, retryFirst, send } from './processFixtures.ts'
import { added, broken } from './RuntimeLawContext.ts'
import { law } from './runtimeLaw.ts'

const failedRejectionIsParked = law(
  'a rejection on which a process fails parks that process, and no other',
  async (context) => {
    const { failUntilMended, mend } = makeDefect()
    const { sent, dispatch } = noting(({ type }) =>
      type === 'Withdraw' ? TE.left({ _tag: 'Overdrawn', by: 3 }) : TE.right(undefined),
    )
    const manager = orderManager(context, (events, input) => {
      if (input._tag === 'EventHappened') return send(events === 1 ? 'Withdraw' : 'Later', events)
      if (input._tag !== 'CommandRejected') return []
      failUntilMended()
      const { by } = input.error as { readonly by: number } // The only error of this dispatch.
      return send('Undo', by)
    })
    const runtime = await context.startRuntime([manager], { dispatch })
    await context.append('a', added())
    await context.until('something is parked', async () => (await parkedOf(context, manager.name)).length > 0)
    await context.waitUntilHandled(runtime, [manager.name], await context.append('a', added()))
    mend()
    await retryFirst(context, manager.name)
    expectEqual(
      sent.map(({ type, data }) => [type, data]),
      [
        ['Withdraw', 1],
        ['Undo', 3],
        ['Later', 2],
      ],
      'the commands',
    )
  },
)

const rejectionWaits = law('a rejection waits behind the parked events of its process', async (context) => {
  const { failUntilMended, mend } = makeDefect()
  let rejectAll = (): void => {}
  const rejected = new Promise<void>((resolve) => {
    rejectAll = resolve
  })
  const { sent, dispatch } = noting(({ type }) =>
    type === 'Withdraw'
      ? async () => {
          await rejected
          return E.left({ _tag: 'Overdrawn' })
        }
      : TE.right(undefined),
  )
  const manager = {
    ...orderManager(context, (events, input) => {
      if (input._tag === 'CommandRejected') return send('Undo', events)
      if (happenedType(input) === 'Added') return send('Withdraw', events)
      failUntilMended()
      return []
    }),
    onFailure: withoutRetry('park'),
  }
  const runtime = await context.startRuntime([manager], { dispatch })
  await context.append('a', added())
  await context.until('the first command is sent', () => sent.length > 0)
  await context.append('a', broken)
  await context.waitUntilHandled(runtime, [manager.name], await context.append('b', added()))
  await context.until('the second command is sent', () => sent.length > 1)
  await context.until('something is parked', async () => (await parkedOf(context, manager.name)).length > 0)
  rejectAll()
  await context.until('another process gets its rejection', () => sent.some(({ type }) => type === 'Undo'))
  mend()
  await retryFirst(context, manager.name)
  expectEqual(
    sent.map(({ type, data }) => [type, data]),
    [
      ['Withdraw', 1],
      ['Withdraw', 1],
      ['Undo', 1],
      ['Undo', 2],
    ],
    'the commands, with the number of events before each',
  )
})

export const processRejections = groupOf('process managers', [failedRejectionIsParked, rejectionWaits])
