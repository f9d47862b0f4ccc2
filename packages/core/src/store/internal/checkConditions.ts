import { either as E } from 'fp-ts'
import { type Checked, rejectInput } from '../../values/InvalidInput.ts'
import { format } from '../../values/internal/format.ts'
import { Query } from '../../values/Query.ts'
import type { BoundarySupport, CheckedCondition, Condition } from '../Condition.ts'
import { Marker } from '../Marker.ts'

const none: ReadonlyArray<CheckedCondition> = []

const checkCondition = (condition: Condition, what: string, { log }: BoundarySupport): Checked<CheckedCondition> => {
  if (typeof condition !== 'object' || condition === null)
    return rejectInput(what, `must be an object, is ${format(condition)}`)
  const query = Query.check(`${what}.query`)(condition.query)
  if (E.isLeft(query)) return query
  if (condition.marker === undefined) return E.right({ query: query.right, marker: null })
  const marker = Marker.check(`${what}.marker`, log)(condition.marker)
  return E.isLeft(marker) ? marker : E.right({ query: query.right, marker: marker.right })
}

/** Checks the conditions of an append. Only a store that says so takes any. */
export const checkConditions = (
  conditions: ReadonlyArray<Condition> | undefined,
  what: string,
  boundaries: BoundarySupport | undefined,
): Checked<ReadonlyArray<CheckedCondition>> => {
  if (conditions === undefined) return E.right(none)
  if (!Array.isArray(conditions)) return rejectInput(what, `must be an array, is ${format(conditions)}`)
  if (conditions.length === 0) return E.right(none)
  if (boundaries === undefined) return rejectInput(what, 'must be absent: this store looks at no conditions')
  const checked: Array<CheckedCondition> = []
  for (let i = 0; i < conditions.length; i++) {
    const one = checkCondition(conditions[i], `${what}[${i}]`, boundaries)
    if (E.isLeft(one)) return one
    checked.push(one.right)
  }
  return E.right(checked)
}
