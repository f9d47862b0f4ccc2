import { taskEither as TE } from 'fp-ts'
import { fail } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { recordingHandler, withoutRetry } from './fixtures.ts'
import type { RuntimeLawContext } from './RuntimeLawContext.ts'
import type { ParkedUnderLaw } from './SubscriptionsModule.ts'

export const parkedOf = (
  { subscriptions, store }: RuntimeLawContext,
  name: string,
): Promise<ReadonlyArray<ParkedUnderLaw>> => right(subscriptions.ParkedEvent.list(store, name), 'the parked events')

/** Returns the first parked event, which must exist. */
export const settledPositionOf = async (context: RuntimeLawContext, name: string): Promise<ParkedUnderLaw> =>
  (await parkedOf(context, name))[0] ?? fail('nothing is parked')

export const nothingParked = (context: RuntimeLawContext, name: string): Promise<void> =>
  context.until('nothing is parked any more', async () => (await parkedOf(context, name)).length === 0)

/** A handler that refuses broken events until it is repaired. */
export const rejectingHandler = (context: RuntimeLawContext, verdict: 'park' | 'skip' | 'stop') => {
  let mended = false
  const noted = recordingHandler(context, ({ event }) =>
    event.type === 'Broken' && !mended ? TE.left('no') : TE.right(undefined),
  )
  return {
    ...noted,
    handler: { ...noted.handler, onFailure: withoutRetry(verdict) },
    mend: () => {
      mended = true
    },
  }
}

export const placesOf = (
  context: RuntimeLawContext,
  seen: ReadonlyArray<{ readonly stream: string; readonly version: number }>,
): ReadonlyArray<string> => seen.map(({ stream, version }) => `${stream.slice(context.category.length + 1)}@${version}`)
