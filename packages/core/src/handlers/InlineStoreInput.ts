import { either as E } from 'fp-ts'
import { type Checked, rejectInput } from '../values/InvalidInput.ts'
import { checkDocumentSizes } from '../values/internal/documentSizes.ts'
import { format } from '../values/internal/format.ts'
import { checkInput } from '../values/internal/inputCodecs.ts'
import type { HandlerRef } from './HandlerRef.ts'
import type { ProjectionChanges } from './InlineStore.ts'
import { firstRepeated } from './internal/firstRepeated.ts'
import * as codecs from './internal/handlerCodecs.ts'

const ok: Checked<void> = E.right(undefined)

const viewList = checkInput('views')(codecs.views)

/**
 * Checks the views of an append. They may contain each projection once, and each view of it once.
 *
 * @category for store authors
 * @since 0.1.0
 */
const views = (input: ReadonlyArray<ProjectionChanges>): Checked<void> => {
  const checked = viewList(input)
  if (E.isLeft(checked)) return checked
  const sizes = checkDocumentSizes(
    'views',
    input.map(({ changes }, i) => ({ what: `views[${i}]`, changes })),
  )
  if (E.isLeft(sizes)) return sizes
  for (const [i, { changes }] of input.entries()) {
    const repeated = firstRepeated(changes, ({ key }) => key)
    const change = changes[repeated]
    if (change !== undefined)
      return rejectInput(`views[${i}].changes[${repeated}]`, `is the second change of the view ${format(change.key)}`)
  }
  const repeated = firstRepeated(input, ({ name }) => name)
  const one = input[repeated]
  return one === undefined ? ok : rejectInput(`views[${repeated}]`, `is the second entry for ${format(one.name)}`)
}

const handler = checkInput('handler')(codecs.handlerRef)
const handlerName = checkInput('handler.name')(codecs.handlerName)
const categories = checkInput('categories')(codecs.categories)
const milliseconds = checkInput('milliseconds')(codecs.pauseTime)

const all = (...checks: ReadonlyArray<Checked<unknown>>): Checked<void> => checks.find(E.isLeft) ?? ok

/**
 * Checks the opening of a projection.
 *
 * @category for store authors
 * @since 0.1.0
 */
const opening = (ref: HandlerRef, of: ReadonlyArray<string>): Checked<void> => all(handler(ref), categories(of))

/**
 * Checks a pause of appends.
 *
 * @category for store authors
 * @since 0.1.0
 */
const pause = (name: string, of: ReadonlyArray<string>, time: number): Checked<void> =>
  all(handlerName(name), categories(of), milliseconds(time))

/**
 * The checks that every {@link InlineStore} makes first, so that all reject the same input with the same error.
 *
 * @category namespace
 * @since 0.1.0
 */
export const InlineStoreInput = { views, opening, pause } as const
