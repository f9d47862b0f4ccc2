import { type ApplicationOptions, makeApplication, makeApplicationEither } from '@foldlog/application'
import { Aggregate, describeError } from '@foldlog/core'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { inlineOrders, item, order, orders, place, shipping } from './shop.ts'
import { right } from './stores.ts'

/** Options as a JavaScript caller passes them. */
const make = (options: object) =>
  makeApplicationEither({
    store: makeMemoryStore(),
    aggregates: [order],
    ...options,
  } as unknown as ApplicationOptions<readonly [typeof order], readonly [], ReturnType<typeof makeMemoryStore>>)

const problemsOf = (options: object): ReadonlyArray<string> => {
  const made = make(options)
  return E.isLeft(made) ? made.left.problems : []
}

describe('the parts of an application', () => {
  it('are refused with all their problems at once, each a sentence', () => {
    const parcel = Aggregate.make({ ...order, commands: ['Place', 'Ship'], category: 'parcel' })
    expect(
      problemsOf({
        aggregates: [order, parcel],
        handlers: [orders, orders],
        runHandlers: ['mails'],
        limits: { commands: { batchSize: 0 }, handlers: { leaseTime: -1 }, health: 0.5 },
      }),
    ).toEqual([
      'the handler "orders" is there twice',
      'runHandlers names "mails", which is not among the handlers',
      'limits.handlers.leaseTime must be an integer from 1 to 86400000, is -1',
      'limits.health must be an integer from 1 to 2147483647, is 0.5',
      'the command "Place" belongs to both order and parcel',
      'the command "Ship" belongs to both order and parcel',
      'limits.commands.batchSize must be an integer from 1 to 100000, is 0',
    ])
  })

  it('are refused when a process manager sends to an aggregate that is not there', () => {
    expect(problemsOf({ aggregates: [item], env: {}, handlers: [shipping] })).toEqual([
      'the process manager "shipping" sends "Place", "Ship" to order, which is not among the aggregates',
    ])
  })

  it('are refused when the store cannot write inline views', () => {
    const { appendWithViews: _, ...store } = makeMemoryStore()
    expect(problemsOf({ store, inlineProjections: [inlineOrders] })).toEqual([
      'inlineProjections need a store that writes views in the transaction of the append',
    ])
  })

  it.each([
    ['no aggregates', { aggregates: undefined }],
    ['an aggregate that is none', { aggregates: [null] }],
    ['a handler that is none', { handlers: [undefined] }],
    ['middleware that is no function', { middleware: 'wrap' }],
    ['middleware that throws when it is put around', { middleware: () => JSON.parse('') }],
    ['runHandlers that is a name', { runHandlers: 'orders' }],
  ])('never throw: %s', (_, options) => {
    const made = make(options)
    expect(made).toMatchObject({ left: { _tag: 'InvalidApplication' } })
    expect(problemsOf(options).every((problem) => problem.length > 10)).toBe(true)
  })

  it('throw from makeApplication, which is for constants of a program, with all problems', () => {
    expect(() =>
      makeApplication({ store: makeMemoryStore(), aggregates: [order], handlers: [orders], runHandlers: ['mails'] }),
    ).toThrow('Invalid application: runHandlers names "mails"')
    expect(describeError({ _tag: 'InvalidApplication', problems: ['a', 'b'] })).toBe('invalid application: a; b')
  })
})

describe('a command', () => {
  it('fails alone when middleware throws or returns no task', async () => {
    for (const middleware of [
      () => () => {
        throw new Error('boom')
      },
      () => () => undefined,
    ]) {
      const application = right(make({ middleware }))
      expect(await application.dispatch(place('a'))()).toMatchObject({ left: { _tag: 'DomainCodeFailed' } })
    }
  })
})
