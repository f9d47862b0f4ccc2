import { EventCodec } from '@foldlog/core'
import { HandlerStop, type makeHandlerRuntime, Projection } from '@foldlog/subscriptions'
import * as t from 'io-ts'
import type { FreshStore } from '../attack/freshStore.ts'
import { right } from '../fixtures.ts'

/** The source of the events that these tests append. */
export const happened = { category: 's', events: EventCodec.make({ Happened: t.type({}) }) }

/** The number of events of each stream. */
export const counts = Projection.make({
  name: 'counts',
  from: [happened],
  view: t.number,
  key: ({ stream }) => stream,
  project: (count = 0) => count + 1,
})

type Options = Parameters<typeof makeHandlerRuntime>[0]

/** Short, so that a stop and a takeover are quick. */
export const limits: NonNullable<Options['limits']> = { leaseTime: 600, idleCommitInterval: 5, pollInterval: 50 }

/** The rewinds because of which a handler has stopped. */
export const stopsOf = async ({ store }: Pick<FreshStore, 'store'>, name: string) =>
  (await right(store.handlerStatuses))
    .filter((one) => one.name === name)
    .flatMap(({ stops }) => stops.flatMap((stop) => HandlerStop.parse(stop)?.rewound ?? []))
