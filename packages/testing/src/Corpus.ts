import type { EncodedEvent } from '@foldlog/core'

/**
 * A stored event as it was once written, and what it was read as then: the events in their stored form of that time. Without `decodesTo` it must be
 * readable, no more.
 *
 * @category model
 * @since 0.1.0
 */
export interface CorpusEntry extends EncodedEvent {
  readonly decodesTo?: ReadonlyArray<EncodedEvent>
}

/**
 * Stored events under names that tell where they come from, such as the names of files. Each is an entry or a list of entries; as these come from
 * outside, they are looked at first.
 *
 * @category model
 * @since 0.1.0
 */
export type Corpus = Readonly<Record<string, unknown>>
