import { Projection } from '@foldlog/subscriptions'
import * as t from 'io-ts'
import { sources } from './sources.ts'

const view = t.strict({ events: t.number, version: t.number, inversions: t.number })

/**
 * A projection with one view for each stream: the number of its events, the version of the last, and how many versions
 * did not follow the one before.
 *
 * @category handlers
 * @since 0.1.0
 */
export const countingProjection = (partitions: number) =>
  Projection.make({
    name: 'counting',
    from: sources,
    partitions,
    view,
    key: ({ stream }) => stream,
    project: (before, { version }) => ({
      events: (before?.events ?? 0) + 1,
      version,
      inversions: (before?.inversions ?? 0) + (version > (before?.version ?? 0) ? 0 : 1),
    }),
  })
