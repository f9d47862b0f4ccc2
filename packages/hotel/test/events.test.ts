import { makeApplication } from '@foldlog/application'
import { Route, Routes, ViewEvents } from '@foldlog/http'
import { makeMemoryStore } from '@foldlog/memory-store'
import { Views } from '@foldlog/subscriptions'
import { expect, it } from '@jest/globals'
import { taskEither as TE } from 'fp-ts'
import { hotel as parts } from '../src/hotel.ts'
import { RoomId } from '../src/ids.ts'
import { RoomView, rooms } from '../src/rooms.ts'
import { respond } from '../src/routes.ts'
import { euros, roomId, valid } from './fixtures.ts'

interface Received {
  readonly id: string
  readonly rooms: ReadonlyArray<string>
}

/** Reads the events of a response one by one. */
const eventsOf = async function* (response: Response): AsyncGenerator<Received> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const part of response.body ?? []) {
    text += decoder.decode(part, { stream: true })
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, id] = /^id: (.*)$/m.exec(text.slice(0, end)) ?? []
      const [, data] = /^data: (.*)$/m.exec(text.slice(0, end)) ?? []
      text = text.slice(end + 2)
      if (id !== undefined && data !== undefined) yield { id, rooms: JSON.parse(data) }
    }
  }
}

it('shows rooms to a browser as they are opened, and goes on after a lost connection', async () => {
  const store = makeMemoryStore()
  const limits = { handlers: { pollInterval: 20, idleCommitInterval: 5 } }
  const hotel = makeApplication({ ...parts, store, limits, env: { sendMail: () => TE.right(undefined) } })
  expect((await hotel.start())._tag).toBe('Right')
  const watch = ViewEvents.follow(
    (options) => Views.watch(rooms, store, {}, options),
    ({ views }) => views.map(([, view]) => RoomView.encode(view).roomId),
  )
  const serve = Routes.toFetch(
    Routes.make({ ...hotel, respond }, [
      Route.events({ name: 'watchRooms', path: '/rooms/events', events: ({ lastEventId }) => watch(lastEventId) }),
    ]),
  )
  const connect = async (lastEventId?: string) => {
    const ending = new AbortController()
    const headers = lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }
    const response = await serve(new Request('http://hotel/rooms/events', { headers, signal: ending.signal }))
    expect(response.status).toBe(200)
    return { events: eventsOf(response), end: () => ending.abort() }
  }
  const openRoom = async (id: RoomId) => {
    const opened = await hotel.dispatch({ type: 'OpenRoom', data: { roomId: id, nightly: euros(80) } })()
    expect(opened._tag).toBe('Right')
  }

  const first = await connect()
  expect((await first.events.next()).value).toMatchObject({ rooms: [] })
  await openRoom(roomId)
  const shown = (await first.events.next()).value
  expect(shown).toMatchObject({ rooms: ['101'] })
  first.end()

  // The client gets what is new, and nothing that it has already.
  const second = await connect(shown?.id)
  const next = second.events.next()
  await openRoom(valid(RoomId, '102'))
  expect((await next).value).toMatchObject({ rooms: ['101', '102'] })
  second.end()

  const wrong = await serve(new Request('http://hotel/rooms/events', { headers: { 'Last-Event-ID': 'yesterday' } }))
  expect(wrong.status).toBe(400)
  await hotel.stop()
  await store.stop()
})
