import type { InvalidInput, PartialOptions } from '@foldlog/core'
import { NumberOption } from '@foldlog/core/store'
import { apply as Ap, either as E } from 'fp-ts'

/** The numbers among the options of inline projections. */
export interface InlineNumbers {
  readonly cache: number
  readonly pause: number
}

const cache: NumberOption = { min: 1, max: 10_000_000, absent: 10_000 }
/** Milliseconds; the maximum is that of a pause in the store. */
const pause: NumberOption = { min: 1, max: 60_000, absent: 2_000 }

const defaults: InlineNumbers = { cache: cache.absent, pause: pause.absent }

/** The numbers of the options, and their check: `open` returns its error, and appends use the defaults until then. */
export const readInlineNumbers = (
  given: PartialOptions<InlineNumbers>,
): InlineNumbers & { readonly checked: E.Either<InvalidInput, InlineNumbers> } => {
  const checked = Ap.sequenceS(E.Applicative)({
    cache: NumberOption.read('cache', cache, given.cache),
    pause: NumberOption.read('pause', pause, given.pause),
  })
  return { ...(E.isRight(checked) ? checked.right : defaults), checked }
}
