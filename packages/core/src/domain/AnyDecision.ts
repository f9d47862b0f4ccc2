import type { either as E } from 'fp-ts'
import type { InvalidInput } from '../values/InvalidInput.ts'
import type { Query } from '../values/Query.ts'
import type { StreamName } from '../values/StreamName.ts'
import type { AnyJointDecision } from './AnyJointDecision.ts'
import type { AnyCommandCodec } from './CommandCodec.ts'
import type { EncodeFailure } from './EncodeFailure.ts'
import type { Event } from './Event.ts'
import type { EventCodec } from './EventCodec.ts'
import type { EncodedEvent } from './RecordedEvent.ts'
import type { View } from './View.ts'

/**
 * Any `Boundary`, whatever its commands, events and state: the bound for a list of different ones.
 *
 * @category model
 * @since 0.1.0
 */
export interface AnyBoundary {
  readonly commands: ReadonlyArray<string>
  readonly commandCodec?: AnyCommandCodec | undefined
  readonly events: Pick<EventCodec<Event>, 'types' | 'decode'> & {
    readonly encode: (event: never) => E.Either<EncodeFailure, EncodedEvent>
  }
  readonly reads: (command: never) => View<Event, unknown>
  readonly decide: (command: never, state: never) => E.Either<unknown, ReadonlyArray<Event>>
  readonly stream: (event: never, command: never) => E.Either<InvalidInput, StreamName>
  readonly guard?: ((command: never) => Query) | undefined
}

/**
 * Any decision over more than one stream.
 *
 * @category model
 * @since 0.1.0
 */
export type AnyDecision = AnyJointDecision | AnyBoundary
