import { NumberOption } from '@foldlog/core/store'
import { function as F, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import type { InfrastructureError } from './InfrastructureError.ts'
import { checkRoute } from './internal/checkRoute.ts'
import { type QueryRoute, queryRouteFor } from './QueryRoute.ts'
import type { Codecs, NamesExactly, RouteInput } from './RouteInput.ts'
import type { RouteSpec } from './RouteSpec.ts'

/**
 * A page of items with their keys, as `Views` of `@foldlog/subscriptions` lists them. `last` is the place of its last
 * item; `end` is true when no items follow.
 *
 * @category model
 * @since 0.1.0
 */
export interface ItemPage<Item> {
  readonly views: ReadonlyArray<readonly [key: string, item: Item]>
  readonly last: string | undefined
  readonly end: boolean
}

/**
 * The page that a client requests: at most `count` items after the place `after`, from the first item when it is
 * `undefined`.
 *
 * @category model
 * @since 0.1.0
 */
export interface RequestedPage {
  readonly after: string | undefined
  readonly count: number
}

/**
 * A route that lists items, a page at a time. `list` reads the requested `page`, usually from views; `item` is the
 * codec of one item. The answer is `{ items, next }`: a client requests the next page with `?after=` and the value of
 * `next`, which is null on the last page. A page has at most `size` items, 100 when absent. Everything else is as in
 * `QueryRoute`.
 *
 * @category model
 * @since 0.1.0
 */
export interface PageRoute<
  Path extends string,
  P extends Codecs,
  Q extends Codecs,
  Item,
  Err,
  Tag extends string,
  User,
  Env,
> extends Omit<QueryRoute<Path, P, Q, never, false, Err, Tag, User, Env>, 'answer' | 'versioned' | 'handle'> {
  readonly item: t.Type<Item, unknown>
  readonly size?: number | undefined
  readonly list: (
    input: RouteInput<P, Q, User> & { readonly page: RequestedPage },
    environment: Env,
  ) => TE.TaskEither<Err | InfrastructureError, ItemPage<Item>>
}

const place = { after: t.union([t.string, t.undefined]) }

const sizeOption: NumberOption = { min: 1, max: 10_000, absent: 100 }

/**
 * Makes routes that list items, for these users and this environment: see `Route.page` and `Route.of`. A size that is
 * no number from 1 to 10,000 is a mistake in the program, so this throws where the route is defined.
 *
 * @category constructors
 * @since 0.1.0
 */
export const pageRouteFor =
  <User, Env>() =>
  <
    const Path extends string,
    Item,
    P extends Codecs = Record<never, never>,
    Q extends Codecs = Record<never, never>,
    Err extends { readonly _tag: string } = never,
    const Tag extends string = never,
  >(
    route: PageRoute<Path, P, Q, Item, Err, Tag, User, Env> & NamesExactly<Path, P>,
  ): RouteSpec<never, Exclude<Err, InfrastructureError>, Tag | 'NotFound', User, Env> => {
    checkRoute('Route.page', route)
    const { item, size, list, query, ...described } = route
    const count = NumberOption.read('size', sizeOption, size)
    if (count._tag === 'Left') throw new Error(`${route.name}: size ${count.left.why}`)
    const answer = t.strict({ items: t.readonlyArray(item), next: t.union([t.string, t.null]) })
    const page = {
      ...described,
      answer,
      query: { ...query, ...place } as Q & typeof place, // An `after` of the route gives way to that of the page.
      handle: (input: RouteInput<P, Q & typeof place, User>, environment: Env) =>
        F.pipe(
          list({ ...input, page: { after: input.query.after, count: count.right } }, environment),
          TE.map(({ views, last, end }) => ({
            // The next page begins after the last item, even when that one cannot be decoded.
            body: { items: views.map(([, one]) => one), next: end ? null : (last ?? null) },
          })),
        ),
    }
    // The names of its parameters were checked above.
    return queryRouteFor<User, Env>()(page as typeof page & NamesExactly<Path, P>)
  }
