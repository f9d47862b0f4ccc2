import type { EncodedEvent } from '@foldlog/core'

/**
 * A stored event in its original form, with its decoded events of that time, in their stored form of that time. Without
 * `decodesTo` the event only has to be readable.
 *
 * @category model
 * @since 0.1.0
 */
export interface CorpusEntry extends EncodedEvent {
  readonly decodesTo?: ReadonlyArray<EncodedEvent> | undefined
}

/**
 * Stored events, by names that give their origin, such as names of files. Each value is an entry or a list of entries.
 * They come from outside, so they are validated first.
 *
 * @category model
 * @since 0.1.0
 */
export type Corpus = Readonly<Record<string, unknown>>
