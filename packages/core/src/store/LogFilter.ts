import type { StreamName as Name } from '../values/StreamName.ts'
import { StreamName } from '../values/StreamName.ts'

/**
 * Selects events of the log: those that meet every part that is present. Each list names alternatives and must not be
 * empty. `streamPrefix` is compared code unit by code unit with the beginning of the stream name.
 *
 * @category model
 * @since 0.1.0
 */
export interface LogFilter {
  readonly categories?: ReadonlyArray<string>
  readonly streams?: ReadonlyArray<Name>
  readonly streamPrefix?: string
  readonly types?: ReadonlyArray<string>
}

const oneOf = (alternatives: ReadonlyArray<string> | undefined): ((value: string) => boolean) => {
  if (alternatives === undefined) return () => true
  const set = new Set(alternatives)
  return (value) => set.has(value)
}

/**
 * Whether an event meets a filter. The filter is the first of two arguments, because its lists are prepared once.
 *
 * @category predicates
 * @since 0.1.0
 */
const matches = ({
  categories,
  streams,
  streamPrefix = '',
  types,
}: LogFilter): ((event: { readonly stream: Name; readonly type: string }) => boolean) => {
  const [isCategory, isStream, isType] = [oneOf(categories), oneOf(streams), oneOf(types)]
  return ({ type, stream }) =>
    isType(type) && isStream(stream) && isCategory(StreamName.category(stream)) && stream.startsWith(streamPrefix)
}

/**
 * Functions on {@link LogFilter}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const LogFilter = { matches } as const
