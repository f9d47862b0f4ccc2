import type { EventStore, StreamName } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { ReadPage } from '../Observations.ts'
import type { PageSource } from './PageSource.ts'

/**
 * Streams in turn, each read after its last version in the previous pages.
 *
 * @category constructors
 * @since 0.1.0
 */
export const streamsSource = (
  store: EventStore,
  streams: ReadonlyArray<string>,
  before: ReadonlyArray<ReadPage>,
): PageSource => {
  const versions = new Map<string, number>()
  for (const { events } of before) for (const [, stream, version] of events) versions.set(stream, version)
  let turn = 0
  /** The number of streams found without new events, one after another, since the caller began to wait for the end. */
  let quiet: number | undefined
  return {
    next: async (count) => {
      const name = streams[turn++ % streams.length] ?? ''
      // Made by streams.ts, whose names have the form category-id.
      const slice = await store.readStream(name as StreamName, { from: (versions.get(name) ?? 0) + 1, count })()
      if (quiet !== undefined) quiet = E.isRight(slice) && slice.right.events.length === 0 ? quiet + 1 : 0
      if (E.isLeft(slice)) return undefined
      const { events } = slice.right
      versions.set(name, events.at(-1)?.version ?? versions.get(name) ?? 0)
      return { events }
    },
    reached: () => {
      quiet ??= 0
      return quiet >= streams.length
    },
  }
}
