import { EventCodec } from '@foldlog/core'
import * as t from 'io-ts'
import { Decided } from '../boundaries/Decided.ts'

const whole = t.strict({ id: t.string, text: t.string })

const decided = t.intersection([whole, t.exact(t.partial({ decided: Decided }))])

const events = EventCodec.make({ Even: whole, Odd: whole, Opened: decided, Moved: decided, Closed: decided })

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
  { category: 'bound', events },
] as const
