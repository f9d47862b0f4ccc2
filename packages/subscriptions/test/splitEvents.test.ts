import { EventCodec, EventId, type StreamName } from '@foldlog/core'
import { makeMemoryStore } from '@foldlog/memory-store'
import {
  EventHandler,
  InlineProjection,
  makeHandlerRuntime,
  makeInlineProjections,
  ProcessManager,
  Projection,
  Reaction,
  Views,
} from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { right, startRuntime } from './fixtures.ts'

const [stored, half] = [{ type: 'Settled', schemaVersion: 1 }, t.strict({ cents: t.number })] as const
const [Paid, Receipted] = [EventCodec.version(1, half), EventCodec.version(1, half)]

/** A stored `Settled` is read as two events. */
const payments = {
  category: 'payment',
  events: EventCodec.make(
    { Paid, Receipted },
    {
      retired: [
        EventCodec.split(
          stored,
          half,
          [
            { type: 'Paid', schemaVersion: 1 },
            { type: 'Receipted', schemaVersion: 1 },
          ],
          (data) => [
            { type: 'Paid', schemaVersion: 1, data },
            { type: 'Receipted', schemaVersion: 1, data },
          ],
        ),
      ],
    },
  ),
} as const

const id = right(EventId.parse('01ARZ3NDEKTSV4RRFFQ69G5FAV'))
const stream = 'payment-1' as StreamName // A category and an id.
const appendTo = async (store: Pick<ReturnType<typeof makeMemoryStore>, 'append'>) =>
  right(
    await store.append({ stream, expected: 'any', events: [{ ...stored, data: { cents: 5 }, id, metadata: {} }] })(),
  ).positions[0] ?? 0

const both = { Paid: id, Receipted: `${id}.1` }
const common = { name: 'one', from: [payments], start: 'origin' } as const
const view = t.record(t.string, t.string)
type Noted = Readonly<Record<string, string>>
type WithEffectId = { readonly event: { readonly type: string }; readonly effectId: string }
const note = (noted: Noted | undefined, { event, effectId }: WithEffectId): Noted => ({
  ...noted,
  [event.type]: effectId,
})

describe('the two events of a split event', () => {
  it('have different effect ids in an event handler, the same at each attempt', async () => {
    const store = makeMemoryStore()
    const seen: Array<Noted> = []
    const handler = EventHandler.make({
      ...common,
      handle: (event) => {
        seen.push(note(undefined, event))
        return seen.length === 2 ? TE.left('tried again') : TE.right(undefined)
      },
    })
    const runtime = makeHandlerRuntime({ store, handlers: [handler] })
    await startRuntime(runtime)
    right(await runtime.waitFor(['one'], await appendTo(store))())
    await runtime.stop()
    expect(seen.length).toBeGreaterThan(2)
    expect(Object.assign({}, ...seen)).toEqual(both)
    expect(new Set(seen.flatMap((one) => Object.entries(one).map(([type, at]) => `${type} ${at}`))).size).toBe(2)
  })

  it('have the same effect ids in a projection and in an inline one', async () => {
    const store = makeMemoryStore()
    const key = () => 'all'
    const projection = Projection.make({ ...common, view, key, project: note })
    const inline = InlineProjection.make({ name: 'inline', from: [payments], view, key, project: note })
    const projections = makeInlineProjections({ store, projections: [inline] })
    right(await projections.open())
    const runtime = makeHandlerRuntime({ store, handlers: [projection] })
    await startRuntime(runtime)
    right(await runtime.waitFor(['one'], await appendTo(projections.store))())
    await runtime.stop()
    for (const one of [projection, inline])
      expect(right(await Views.make(one, store).get('all')())).toEqual({ _tag: 'Some', value: both })
  })

  it('cause commands with different ids, also when each of them is for a process of its own', async () => {
    const store = makeMemoryStore()
    const sent: Array<{ readonly commandId: string; readonly causationId?: string | undefined }> = []
    const manager = ProcessManager.make({
      ...common,
      key: ({ event }) => event.type,
      state: t.null,
      initialState: null,
      evolve: () => null,
      react: (_, input) => (input._tag === 'EventHappened' ? [Reaction.send({ type: 'Note', data: null })] : []),
    })
    const runtime = makeHandlerRuntime({
      store,
      handlers: [manager],
      dispatch: (_, context) => TE.fromIO(() => void sent.push(context)),
    })
    await startRuntime(runtime)
    right(await runtime.waitFor(['one'], await appendTo(store))())
    while (sent.length < 2) await new Promise((resolve) => setTimeout(resolve, 2))
    await runtime.stop()
    expect(new Set(sent.map(({ commandId }) => commandId)).size).toBe(2)
    expect(sent.map(({ causationId }) => causationId).sort()).toEqual(Object.values(both).sort())
  })
})
