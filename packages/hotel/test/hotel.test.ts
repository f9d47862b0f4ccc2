import { makeApplication } from '@foldlog/application'
import { AnswerCheck, Routes } from '@foldlog/http'
import { makeMemoryStore } from '@foldlog/memory-store'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { taskEither as TE } from 'fp-ts'
import { hotel as parts, shown } from '../src/hotel.ts'
import type { Mail } from '../src/mailer.ts'
import { hotelRoutes, respond } from '../src/routes.ts'
import { payWithin } from '../src/stay.ts'
import { until } from './fixtures.ts'

const open = async () => {
  let now = Date.parse('2027-04-01T12:00:00.000Z')
  const mails: Array<Mail> = []
  const store = makeMemoryStore({ clock: () => now })
  const sendMail = (mail: Mail) => TE.fromIO(() => void mails.push(mail))
  const hotel = makeApplication({
    ...parts,
    store,
    env: { sendMail },
    limits: { handlers: { pollInterval: 20, idleCommitInterval: 5 } },
  })
  const answers = AnswerCheck.make(Routes.make({ ...hotel, handlers: shown, respond }, hotelRoutes))
  const serve = Routes.toFetch(answers.routes)
  const started = await hotel.start()
  expect(started._tag).toBe('Right')
  const request = async (method: string, path: string, body?: unknown) => {
    const headers = { 'Content-Type': 'application/json', Prefer: 'wait=30' }
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) }
    const response = await serve(new Request(`http://hotel${path}`, init))
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  return {
    request,
    mails,
    answers,
    pass: (milliseconds: number) => {
      now += milliseconds
    },
    stop: async () => {
      await hotel.stop()
      await store.stop()
    },
  }
}

let hotel: Awaited<ReturnType<typeof open>>
beforeEach(async () => {
  hotel = await open()
})
afterEach(async () => {
  expect(hotel.answers.problems()).toEqual([])
  await hotel.stop()
})

const stay = { roomId: '101', from: '2027-05-01', to: '2027-05-05' }

const reserve = async (body: object = stay): Promise<{ readonly guest: string; readonly reservation: string }> => {
  const { request } = hotel
  await request('PUT', '/rooms/101', { nightly: { currency: 'EUR', minorUnits: 8_000 } })
  const guest = await request('POST', '/guests', { name: 'Ada', email: 'ada@example.com', language: 'de' })
  const opened = await request('POST', `/guests/${guest.body.guestId}/reservations`, body)
  expect(opened.status).toBe(201)
  return { guest: guest.body.guestId, reservation: opened.body.reservationId }
}

const shows = (reservation: string, expected: object) =>
  until(async () => {
    const { body } = await hotel.request('GET', `/reservations/${reservation}`)
    return Object.entries(expected).every(([key, value]) => JSON.stringify(body[key]) === JSON.stringify(value))
  })

describe('the hotel', () => {
  it('confirms a stay that is paid in time, and writes about it', async () => {
    const { request, mails } = hotel
    const { guest, reservation } = await reserve()
    await shows(reservation, { status: 'open', price: { currency: 'EUR', minorUnits: 32_000 } })
    await until(async () => (await request('POST', `/reservations/${reservation}/payment`, {})).status === 204)
    await shows(reservation, { status: 'confirmed' })
    await until(() => mails.length === 1)
    expect(mails).toEqual([
      { key: expect.any(String), to: 'ada@example.com', text: 'Ihre Reservierung ist bestätigt.' },
    ])
    const { body } = await request('GET', `/guests/${guest}/reservations`)
    expect(body).toEqual({ items: [expect.objectContaining({ status: 'confirmed', ...stay })], next: null })
    const history = await request('GET', `/guests/${guest}/history`)
    expect(history.body.entries).toEqual([
      { recorded: { type: 'GuestRegistered' }, state: { reservations: {} } },
      { recorded: { type: 'ReservationOpened' }, state: { reservations: { [reservation]: 'open' } } },
      { recorded: { type: 'ReservationConfirmed' }, state: { reservations: { [reservation]: 'confirmed' } } },
    ])
  })

  it('gives the room back when nobody pays in time, and refunds what comes later', async () => {
    const { request } = hotel
    const { reservation } = await reserve()
    await shows(reservation, { price: { currency: 'EUR', minorUnits: 32_000 } })
    hotel.pass(payWithin + 1)
    await shows(reservation, { status: 'closed', reason: 'unpaid' })
    await until(async () => (await request('GET', '/rooms')).body.items[0].stays.length === 0)
    expect((await request('POST', `/reservations/${reservation}/payment`, {})).status).toBe(204)
  })

  it('closes the reservation of a room that is taken', async () => {
    const first = await reserve()
    await shows(first.reservation, { price: { currency: 'EUR', minorUnits: 32_000 } })
    const second = await reserve({ ...stay, from: '2027-05-04', to: '2027-05-06' })
    await shows(second.reservation, { status: 'closed', reason: 'room taken' })
    const { body } = await hotel.request('GET', '/rooms')
    expect(body.items[0].stays).toHaveLength(1)
  })

  it('lets a guest cancel', async () => {
    const { request } = hotel
    const { guest, reservation } = await reserve()
    expect(
      (await request('POST', `/guests/${guest}/reservations/${reservation}/closing`, { reason: 'cancelled' })).status,
    ).toBe(204)
    await shows(reservation, { status: 'closed', reason: 'cancelled' })
    await until(async () => (await request('GET', '/rooms')).body.items[0].stays.length === 0)
  })

  it('answers a wrong request with its reason', async () => {
    const { request } = hotel
    const { guest } = await reserve()
    const path = `/guests/${guest}/reservations`
    expect(await request('POST', path, { ...stay, to: '2027-02-30' })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'body.to' }] },
    })
    expect(await request('POST', path, { ...stay, to: stay.from })).toMatchObject({
      status: 422,
      body: { code: 'NoNights' },
    })
    expect(await request('GET', '/reservations/none')).toMatchObject({ status: 404 })
  })
})
