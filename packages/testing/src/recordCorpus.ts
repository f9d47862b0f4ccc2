import type { Event, EventCodec, ReadableVersion } from '@foldlog/core'
import * as fc from 'fast-check'
import { either as E, function as F } from 'fp-ts'
import { arbitrary } from './arbitrary.ts'
import type { CorpusEntry } from './Corpus.ts'
import type { CheckCodecOptions } from './checkCodec.ts'
import { decode, encode } from './internal/codecRules.ts'
import { encodeVersion, versionLabel } from './internal/versionLabels.ts'

/**
 * Stored events of every form that a codec knows, each with its current decoded value: the start of a corpus, to be
 * written to files and kept. The names are those of the forms. Real events are better still: add them. Events that
 * cannot be stored or read are left out: {@link checkCodec} reports them. Throws in the same cases as {@link
 * arbitrary}.
 *
 * @category constructors
 * @since 0.1.0
 */
export const recordCorpus = <Ev extends Event>(
  codec: EventCodec<Ev>,
  { overrides = [], seed = 1, numRuns = 5 }: Omit<CheckCodecOptions, 'corpus'> = {},
): Readonly<Record<string, ReadonlyArray<CorpusEntry>>> => {
  const corpusEntriesOf = (shape: ReadableVersion): ReadonlyArray<CorpusEntry> =>
    fc.sample(arbitrary<unknown>(shape.codec, { overrides }), { seed, numRuns }).flatMap((data) =>
      F.pipe(
        encodeVersion(shape)(data),
        E.chainW((stored) =>
          F.pipe(
            decode(codec)(stored),
            E.chain(E.traverseArray(encode(codec))),
            E.map((decodesTo) => ({ ...stored, decodesTo })),
          ),
        ),
        E.match(
          () => [],
          (entry) => [entry],
        ),
      ),
    )
  return Object.fromEntries(codec.readable.map((shape) => [versionLabel(shape), corpusEntriesOf(shape)]))
}
