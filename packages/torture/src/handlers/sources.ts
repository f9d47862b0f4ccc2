import { EventCodec } from '@foldlog/core'
import * as t from 'io-ts'

const whole = t.strict({ id: t.string, text: t.string })

const events = EventCodec.make({ Even: whole, Odd: whole })

/**
 * The sources of all events of writers.
 *
 * @category constants
 * @since 0.1.0
 */
export const sources = [
  { category: 'hot', events },
  { category: 'own', events },
  { category: 'race', events },
] as const
