import { rejectInput } from '@foldlog/core/store'
import { RuntimeStatus } from '@foldlog/subscriptions'
import { either as E, type taskEither as TE } from 'fp-ts'
import { Difference } from './Difference.ts'
import type { OperatedStore } from './OperatedStore.ts'
import type { OperationError } from './OperationError.ts'

/**
 * A view that two generations of a projection have differently; `undefined` where one lacks it.
 *
 * @category model
 * @since 0.1.0
 */
export interface ComparedView {
  readonly key: string
  readonly serving: unknown
  readonly built: unknown
  readonly differences: ReadonlyArray<Difference>
}

/**
 * The generation that serves, beside one that was built, with their numbers and positions. `compared` is the number of
 * views that were compared; `different` are those that differ. Views may differ because one generation is behind the
 * other.
 *
 * @category model
 * @since 0.1.0
 */
export interface GenerationComparison {
  readonly handler: string
  readonly serving: { readonly generation: number; readonly position: number }
  readonly built: { readonly generation: number; readonly position: number }
  readonly compared: number
  readonly different: ReadonlyArray<ComparedView>
}

/**
 * Compares a sample of the views of two generations of a projection, before the newer one is promoted: the first
 * `sample` views of each (100 when absent, 1,000 at most). `generation` is the other one; the newest that does not
 * serve when absent.
 *
 * @category destructors
 * @since 0.1.0
 */
const run =
  (store: OperatedStore) =>
  (
    handler: string,
    {
      sample = 100,
      generation,
    }: { readonly sample?: number | undefined; readonly generation?: number | undefined } = {},
  ): TE.TaskEither<OperationError, GenerationComparison> =>
  async () => {
    if (!Number.isSafeInteger(sample) || sample < 1 || sample > 1_000)
      return rejectInput('sample', 'must be an integer from 1 to 1000')
    const status = await RuntimeStatus.read(store)()
    if (E.isLeft(status)) return status
    const own = status.right.handlers.filter(({ name }) => name === handler)
    const serving = own.find(({ serves }) => serves)
    const built = own.findLast((one) => !one.serves && (generation === undefined || one.generation === generation))
    if (serving === undefined || built === undefined)
      return rejectInput('handler', `${JSON.stringify(handler)} has no two such generations`)
    const of = (one: typeof built) => ({ name: handler, generation: one.generation, kind: 'view' }) as const
    const keys = new Set<string>()
    for (const one of [serving, built]) {
      const page = await store.listDocuments({ ...of(one), count: sample })()
      if (E.isLeft(page)) return page
      for (const { key } of page.right.documents) keys.add(key)
    }
    const views: Array<ReadonlyMap<string, unknown>> = []
    for (const one of [serving, built]) {
      const found = await store.getDocuments(of(one), [...keys])()
      if (E.isLeft(found)) return found
      views.push(new Map(found.right.map(({ key, data }) => [key, data])))
    }
    const different = [...keys].sort().flatMap((key): ReadonlyArray<ComparedView> => {
      const [one, other] = views.map((all) => all.get(key))
      const differences = Difference.between(one, other)
      return differences.length === 0 ? [] : [{ key, serving: one, built: other, differences }]
    })
    return E.right({
      handler,
      serving: { generation: serving.generation, position: serving.position },
      built: { generation: built.generation, position: built.position },
      compared: keys.size,
      different,
    })
  }

/**
 * Functions on {@link GenerationComparison}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const GenerationComparison = { run } as const
