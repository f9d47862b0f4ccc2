import { type either as E, taskEither as TE } from 'fp-ts'
import { expectEqual } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { makeGate } from './fixtures.ts'
import { type Input, noting, orderManager, send, sentAll, settled, unavailable } from './processFixtures.ts'
import { added } from './RuntimeLawContext.ts'
import type { RuntimeUnderLawOptions } from './RuntimeUnderLaw.ts'
import { law } from './runtimeLaw.ts'

type Answer = ReturnType<NonNullable<RuntimeUnderLawOptions['dispatch']>>

/** As many processes as a partition sends commands for at once. */
const many = Array.from({ length: 16 }, (_, i) => `hung${i}`)

// The cast is deliberate: the law checks what happens after an answer that the type excludes.
const answering = (answer: unknown) => (): Answer => async () => answer as E.Either<never, undefined>

const fail = (): never => {
  throw new Error('no')
}

/** Answers of a dispatch that its type excludes: none says what became of the command. */
const oddAnswers: ReadonlyArray<() => Answer> = [
  answering(undefined),
  answering({ _tag: 'Left', left: undefined }),
  answering({ _tag: 'Left', left: 'closed' }),
  () => () => Promise.reject(new Error('no')),
  () => fail,
  fail,
  // This cast is deliberate, too.
  () => undefined as unknown as Answer,
]

export const processCommands = groupOf('process managers', [
  law('commands that are never answered leave other processes at work, and are sent again', async (context) => {
    const gate = makeGate()
    const { sent, dispatch } = noting(({ data }) => async () => {
      if (data === 0) await gate.opened
      return { _tag: 'Right', right: undefined }
    })
    const manager = {
      ...orderManager(context, (_, input) =>
        input._tag === 'EventHappened' && input.event.event.type === 'Added'
          ? send('Count', input.event.event.data.n)
          : [],
      ),
      sendTimeout: 300,
    }
    const runtime = await context.startRuntime([manager], { dispatch })
    for (const id of many) await context.append(id, added(0))
    await context.until('the commands hang', () => sent.length >= many.length)
    await context.append('b', added(1))
    await context.until('another process sends a command', () => sent.some(({ data }) => data === 1))
    await context.until('the status says what waits', async () => {
      const status = await right(runtime.status, 'the status')
      const waiting = status.handlers.flatMap(({ waitingCommands }) => waitingCommands)
      return waiting.length > 0 && waiting.every(({ attempts, why }) => attempts > 0 && why !== null)
    })
    gate.open()
    await settled(context, manager.name)
    const hung = sent.filter(({ data }) => data === 0)
    expectEqual(new Set(hung.map(({ id }) => id)).size, many.length, 'under how many ids they were sent')
  }),

  law('a command that is done is not rejected when the handlers that its dispatch awaits are late', async (context) => {
    const late = { _tag: 'HandlersNotReached', handlers: ['other'], why: { _tag: 'HandlersTimedOut' } }
    const { sent, dispatch } = noting(() => TE.left(late))
    const manager = orderManager(context, (events, input) =>
      input._tag === 'CommandRejected' && input.command.type === input._tag ? [] : send(input._tag, events),
    )
    const runtime = await context.startRuntime([manager], { dispatch })
    await context.waitUntilHandled(runtime, [manager.name], await context.append('a', added(), added()))
    await settled(context, manager.name)
    expectEqual(
      sent.map(({ type, data }) => [type, data]),
      [
        ['EventHappened', 1],
        ['EventHappened', 2],
      ],
      'the commands',
    )
  }),

  law('an answer that says nothing of the command makes it be sent again, whatever it is', async (context) => {
    const { sent, dispatch } = noting((_, times) =>
      (oddAnswers[times - 1] ?? answering({ _tag: 'Right', right: undefined }))(),
    )
    const manager = orderManager(context, (events, input) => send(input._tag, events))
    const runtime = await context.startRuntime([manager], { dispatch })
    await context.waitUntilHandled(runtime, [manager.name], await context.append('a', added()))
    await sentAll(context, manager.name, sent, oddAnswers.length + 1)
    expectEqual(
      [sent.length, new Set(sent.map(({ id, type }) => `${type} ${id}`)).size],
      [oddAnswers.length + 1, 1],
      'how often it was sent, and how many commands that was',
    )
  }),

  law('a rejection is for the process that has sent the command, and for no later one of its key', async (context) => {
    const before = noting(() => unavailable)
    const { sent, dispatch } = noting(({ type }) =>
      type === 'Ended' ? TE.left({ _tag: 'Closed' }) : TE.right(undefined),
    )
    const manager = orderManager(context, (events, input: Input) => {
      if (input._tag !== 'EventHappened') return send(input._tag, events)
      return input.event.version === 1 ? [...send('Ended', events), { _tag: 'End' }] : send('Began', events)
    })
    const first = await context.startRuntime([manager], { dispatch: before.dispatch })
    await context.append('a', added())
    await context.waitUntilHandled(first, [manager.name], await context.append('a', added()))
    await context.until('the command of the first process is sent', () => before.sent.length > 0)
    await first.stop()
    await context.startRuntime([manager], { dispatch })
    await sentAll(context, manager.name, sent, 2)
    expectEqual(
      sent.map(({ type }) => type),
      ['Ended', 'Began'],
      'the commands',
    )
  }),
])
