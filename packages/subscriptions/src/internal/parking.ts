import type { DocumentChange, HandlerDocument, Json } from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import type { HandlingFailure } from '../FailurePolicy.ts'
import type { Parking } from './Work.ts'

/** What is kept of a parked event. The event itself stays in the log, where its position finds it. */
export const ParkedData = t.strict({
  lane: t.string,
  stream: t.string,
  version: t.number,
  position: t.number,
  type: t.string,
  schemaVersion: t.number,
  why: t.string,
  behind: t.boolean,
  tries: t.number,
  parkedAt: t.number,
})

export type ParkedData = t.TypeOf<typeof ParkedData>

/** Sixteen digits hold every safe integer, so keys of one lane sort by position. No lane is the beginning of another's key: no lane holds NUL or ends in a tab and digits by chance only. */
const digits = 16

/** A key has room for 512 characters; of a longer lane the first 480 stand in it, and its data holds it whole. */
export const parkedKey = (lane: string, position: number): string =>
  `${lane.slice(0, 480)}\t${String(position).padStart(digits, '0')}`

/** A failure in a sentence for people. */
export const describeFailure = (why: HandlingFailure): string => {
  switch (why._tag) {
    case 'DecodeFailure':
      return why.reason._tag === 'InvalidData'
        ? `cannot be decoded: ${why.reason.problems.map(({ path, why: what }) => `${path}: ${what}`).join('; ')}`
        : `cannot be decoded: ${JSON.stringify(why.reason)}`
    case 'HandlerRefused':
      return `the handler answered ${show(why.error)}`
    case 'HandlerThrew':
      return `the handler threw: ${why.why}`
    case 'HandlerTimedOut':
      return `the handler did not end within ${why.milliseconds} ms`
  }
}

const show = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}

/** Texts for a store: what is no Unicode or NUL would be refused, and a reason must never be in the way. */
const storable = (text: string): string => text.slice(0, 2_000).replaceAll(/\0|\p{Surrogate}/gu, '\uFFFD')

export const parkedChange = (
  { delivery: { lane, event }, why }: Parking,
  tries: number,
  now: number,
): DocumentChange => {
  const { stream, version, position, type, schemaVersion } = event
  const behind = why === 'behind'
  const text = storable(behind ? 'stands behind another event of its lane' : describeFailure(why))
  const data: ParkedData = {
    lane,
    stream,
    version,
    position,
    type,
    schemaVersion,
    why: text,
    behind,
    tries,
    parkedAt: now,
  }
  return { kind: 'parked', key: parkedKey(lane, position), data: data as Json } // Texts, numbers and a boolean.
}

export const parkedOf = (document: HandlerDocument): ParkedData | undefined => {
  const data = ParkedData.decode(document.data)
  return E.isRight(data) ? data.right : undefined
}
