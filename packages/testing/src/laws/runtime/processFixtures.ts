import type { Command } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import { taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { right } from '../fixtures.ts'
import { nothingParked, settledPositionOf } from './failureFixtures.ts'
import { handlersOf, type Thing } from './fixtures.ts'
import type { ProcessManagerUnderLaw } from './HandlerUnderLaw.ts'
import { handlerName, type RuntimeLawContext } from './RuntimeLawContext.ts'
import type { RuntimeUnderLawOptions } from './RuntimeUnderLaw.ts'

export type Input =
  | { readonly _tag: 'EventHappened'; readonly event: Thing }
  | { readonly _tag: 'TimerFired'; readonly timer: string; readonly dueAt: Date }
  | { readonly _tag: 'CommandRejected'; readonly command: Command; readonly error: unknown }

export type Reactions = ReturnType<ProcessManagerUnderLaw['react']>

/** A process for each stream, whose state is the number of its events. */
export const orderManager = ({ source }: RuntimeLawContext, react: (events: number, input: Input) => Reactions) =>
  ({
    _tag: 'ProcessManager',
    name: handlerName(),
    from: [source],
    start: 'origin',
    state: t.number,
    initialState: 0,
    key: ({ stream }: Thing) => stream,
    evolve: (events: number, input: Input) => (input._tag === 'EventHappened' ? events + 1 : events),
    react,
  }) as const satisfies ProcessManagerUnderLaw

export const send = (type: string, data: number): Reactions => [{ _tag: 'Send', command: { type, data } }]

/** A dispatcher that records the commands it gets, and answers as configured. */
export const noting = (
  answer: (command: Command, sent: number) => TE.TaskEither<{ readonly _tag: string }, unknown>,
) => {
  const sent: Array<{ readonly id: string; readonly type: string; readonly data: unknown }> = []
  const dispatch: RuntimeUnderLawOptions['dispatch'] = ({ type, data }, { commandId }) => {
    sent.push({ id: commandId, type, data })
    return answer({ type, data }, sent.length)
  }
  return { sent, dispatch }
}

export const unavailable = TE.left(storeUnavailable('the law says so', true, undefined))

export const settled = (context: RuntimeLawContext, name: string): Promise<void> =>
  context.until('no command and no timer is left', async () => {
    const [status] = await handlersOf(context, name)
    return status?.commands === 0 && status.timers === 0
  })

/** Waits until a manager has no command and no timer left, and the expected commands were sent. */
export const sentAll = async (
  context: RuntimeLawContext,
  name: string,
  sent: ReadonlyArray<unknown>,
  count: number,
): Promise<void> => {
  await context.until('the commands are sent', () => sent.length >= count)
  await settled(context, name)
}

export const happenedType = (input: Input): string | undefined =>
  input._tag === 'EventHappened' ? input.event.event.type : undefined

/** Something that fails until it is mended. */
export const makeDefect = () => {
  let mended = false
  return {
    failUntilMended: (): void => {
      if (!mended) throw new Error('not yet')
    },
    isMended: () => mended,
    mend: () => {
      mended = true
    },
  }
}

/** Retries the first parked event of a process manager, and waits until nothing is left. */
export const retryFirst = async (context: RuntimeLawContext, name: string): Promise<void> => {
  await right(context.subscriptions.ParkedEvent.retry(context.store, await settledPositionOf(context, name)), 'a retry')
  await nothingParked(context, name)
  await settled(context, name)
}
