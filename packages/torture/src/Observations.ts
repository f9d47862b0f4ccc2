/**
 * An event as a reader saw it. The id is the one that its writer put into the data; events of accounts have none.
 * `recordedAt` is in milliseconds.
 *
 * @category model
 * @since 0.1.0
 */
export type SeenEvent = readonly [
  position: number,
  stream: string,
  version: number,
  id?: string | null,
  recordedAt?: number,
]

/**
 * A line of a reader's file: a page that it read. The last line is its checkpoint too, so that a killed reader can
 * neither repeat nor skip by itself. `at` is the time of {@link now}, `foreign` are the positions of events whose
 * content is not that of their writer. `history` is the history that was read. `rewound`: the reader got `LogRewound`,
 * and forgets what it saw behind this position.
 *
 * @category model
 * @since 0.1.0
 */
export interface ReadPage {
  readonly at: number
  readonly events: ReadonlyArray<SeenEvent>
  readonly foreign?: ReadonlyArray<number>
  readonly history?: string
  readonly rewound?: number
}

/**
 * The scope of a reader: the log of some categories or of all, or some streams one by one.
 *
 * @category model
 * @since 0.1.0
 */
export type Scope =
  | { readonly of: 'log'; readonly categories?: ReadonlyArray<string> }
  | { readonly of: 'streams'; readonly streams: ReadonlyArray<string> }

/**
 * The pages of a reader, from the first process of its name to the last.
 *
 * @category model
 * @since 0.1.0
 */
export interface Observations {
  readonly reader: string
  readonly scope: Scope
  readonly pages: ReadonlyArray<ReadPage>
}

/**
 * Checks whether a reader of this scope must see the events of a stream.
 *
 * @category destructors
 * @since 0.1.0
 */
const covers = (scope: Scope): ((stream: string) => boolean) => {
  if (scope.of === 'streams') {
    const streams = new Set(scope.streams)
    return (stream) => streams.has(stream)
  }
  const { categories } = scope
  return (stream) => categories === undefined || categories.includes(stream.slice(0, stream.indexOf('-')))
}

/**
 * Functions on {@link Scope}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Scope = { covers } as const
