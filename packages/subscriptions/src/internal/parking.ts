import { type DocumentChange, describeError, type HandlerDocument, type Json } from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import type { HandlingFailure } from '../FailurePolicy.ts'
import { keyOf, sortable } from './keys.ts'
import type { Parking } from './Work.ts'

/**
 * What is kept of a parked event. The event itself stays in the log, where its position finds it. `lanesUnknown`: it stands in the lane of its stream because
 * its own could not be told.
 */
export const ParkedData = t.strict({
  lane: t.string,
  stream: t.string,
  version: t.number,
  position: t.number,
  type: t.string,
  schemaVersion: t.number,
  why: t.string,
  behind: t.boolean,
  lanesUnknown: t.boolean,
  tries: t.number,
  parkedAt: t.number,
})

export type ParkedData = t.TypeOf<typeof ParkedData>

/** Keys of one lane sort by position. A lane may be longer than a key; the data holds it whole. */
export const parkedKey = (lane: string, position: number): string => keyOf(lane, sortable(position))

/** A failure in a sentence for people. */
export const describeFailure = (why: HandlingFailure): string => {
  switch (why._tag) {
    case 'DecodeFailure':
      return describeError(why)
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
export const storable = (text: string): string => text.slice(0, 2_000).replaceAll(/\0|\p{Surrogate}/gu, '\uFFFD')

/** What a parked event that is tried again keeps. */
export type ParkedBefore = Pick<ParkedData, 'tries' | 'parkedAt' | 'lanesUnknown'>

export const parkedChange = (
  { delivery: { lane, event, content }, why }: Parking,
  { tries, parkedAt, lanesUnknown }: Omit<ParkedBefore, 'lanesUnknown'> & Partial<ParkedBefore>,
): DocumentChange => {
  const { stream, version, position, type, schemaVersion } = event
  const behind = why === 'behind'
  const data: ParkedData = {
    lane,
    stream,
    version,
    position,
    type,
    schemaVersion,
    why: storable(behind ? 'stands behind another event of its lane' : describeFailure(why)),
    behind,
    lanesUnknown: lanesUnknown ?? E.isLeft(content),
    tries,
    parkedAt,
  }
  return { kind: 'parked', key: parkedKey(lane, position), data: data as Json } // Texts, numbers and booleans.
}

export const parkedOf = (document: HandlerDocument): ParkedData | undefined => {
  const data = ParkedData.decode(document.data)
  return E.isRight(data) ? data.right : undefined
}
