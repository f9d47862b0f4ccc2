import { Limits } from '@foldlog/core/store'
import { expectEqual } from '../../internal/expectations.ts'
import { untyped } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { freshName } from './fixtures.ts'
import { law } from './handlerLaw.ts'
import { appendTo, change, opened, streamOf, tagOf, tail, viewsBy } from './inlineFixtures.ts'

export const inlineInput = groupOf('inline projections', [
  law('bad input is refused', async ({ store }) => {
    const of = await opened(store)
    const stream = streamOf(of.category)
    const bad: ReadonlyArray<unknown> = [
      null,
      {},
      [null],
      [{ ...of, changes: null }],
      [{ ...of, name: '', changes: [] }],
      [{ ...of, generation: 0, changes: [] }],
      [...viewsBy(of), ...viewsBy(of)],
      ...[
        null,
        7,
        change('', null, 1),
        change('a\0', null, 1),
        { ...change('a', null, 1), expectedPosition: '1' },
        { ...change('a', null, 1), expectedPosition: -1 },
        { ...change('a', null, 1), expectedPosition: undefined },
        { ...change('a', null, 1), partition: 1_024 },
        { ...change('a', null), data: Number.NaN },
        change('a', null, 'x'.repeat(Limits.documentSize)),
      ].map((one) => [{ ...of, changes: [one] }]),
      viewsBy(of, change('a', null, 1), change('a', null, 2)),
    ]
    for (const views of bad) {
      expectEqual(
        await tagOf(store.appendWithViews([appendTo(stream)], untyped(views))),
        'InvalidInput',
        JSON.stringify(views).slice(0, 1_000),
      )
    }
    for (const categories of [null, [], [''], ['a-b'], [7], 'a']) {
      expectEqual(
        await tagOf(store.openInline(of, untyped(categories))),
        'InvalidInput',
        `categories ${JSON.stringify(categories)}`,
      )
      expectEqual(
        await tagOf(store.pauseAppends(of.name, untyped(categories), 1)),
        'InvalidInput',
        'the same for a pause',
      )
    }
    for (const ms of [0, -1, 0.5, 60_001, null]) {
      expectEqual(await tagOf(store.pauseAppends(of.name, ['a'], untyped(ms))), 'InvalidInput', `${ms} milliseconds`)
    }
    expectEqual(
      await tagOf(store.openInline({ name: freshName(), generation: 1 }, ['a'])),
      'InvalidInput',
      'an unknown handler',
    )
    expectEqual(await tagOf(store.endInline(untyped(7))), 'InvalidInput', 'a name that is none')
    expectEqual(await tail(store, stream), 0, 'the version of the stream')
  }),
])
