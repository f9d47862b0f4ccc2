import { Boundary, CommandCodec, EventCodec, type EventOf, StreamName, Tag, View } from '@foldlog/core'
import { checkBoundary, Scenario } from '@foldlog/testing'
import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

// The worked examples of dcb.events, modelled anew: what is decided there, in the words of foldlog.

const day = 86_400_000

describe('course subscriptions', () => {
  const CourseEvent = EventCodec.make(
    {
      CourseDefined: t.strict({ course: t.string, capacity: t.number }),
      CapacityChanged: t.strict({ course: t.string, capacity: t.number }),
      Subscribed: t.strict({ course: t.string, student: t.string }),
    },
    {
      tags: {
        CourseDefined: ({ course }) => [Tag.of('course', course)],
        CapacityChanged: ({ course }) => [Tag.of('course', course)],
        Subscribed: ({ course, student }) => [Tag.of('course', course), Tag.of('student', student)],
      },
    },
  )
  type CourseEvent = EventOf<typeof CourseEvent>
  type Decision = E.Either<string, ReadonlyArray<CourseEvent>>

  const capacityOf = (course: string) =>
    View.make({
      events: CourseEvent,
      initialState: undefined as number | undefined,
      on: { CourseDefined: (_, { data }) => data.capacity, CapacityChanged: (_, { data }) => data.capacity },
      tags: [Tag.of('course', course)],
    })
  const count = (...tags: ReadonlyArray<Tag>) =>
    View.make({ events: CourseEvent, initialState: 0, on: { Subscribed: (n) => n + 1 }, tags })
  const stream = ({ data }: CourseEvent) => StreamName.make('course', data.course)

  const define = Boundary.make({
    commands: CommandCodec.make({ DefineCourse: t.strict({ course: t.string, capacity: t.number }) }),
    events: CourseEvent,
    reads: ({ data }) => capacityOf(data.course),
    decide: ({ data }, capacity): Decision =>
      capacity === undefined ? E.right([{ type: 'CourseDefined', data }]) : E.left('there is such a course'),
    stream,
  })
  const change = Boundary.make({
    commands: CommandCodec.make({ ChangeCapacity: t.strict({ course: t.string, capacity: t.number }) }),
    events: CourseEvent,
    reads: ({ data }) => capacityOf(data.course),
    decide: ({ data }, capacity): Decision => {
      if (capacity === undefined) return E.left('there is no such course')
      return capacity === data.capacity ? E.left('it has that capacity') : E.right([{ type: 'CapacityChanged', data }])
    },
    stream,
  })
  const subscriptions = {
    commands: CommandCodec.make({ Subscribe: t.strict({ course: t.string, student: t.string }) }),
    events: CourseEvent,
    reads: ({ data: { course, student } }: { readonly data: { readonly course: string; readonly student: string } }) =>
      View.all({
        capacity: capacityOf(course),
        taken: count(Tag.of('course', course)),
        ofStudent: count(Tag.of('student', student)),
        already: count(Tag.of('course', course), Tag.of('student', student)),
      }),
    stream,
  }
  const subscribe = Boundary.make({
    ...subscriptions,
    decide: ({ data }, { capacity, taken, ofStudent, already }): Decision => {
      if (capacity === undefined) return E.left('there is no such course')
      if (taken >= capacity) return E.left('the course is full')
      if (already > 0) return E.left('the student is subscribed')
      return ofStudent >= 3 ? E.left('the student has three courses') : E.right([{ type: 'Subscribed', data }])
    },
  })

  const defined = (course: string, capacity: number) => ({ type: 'CourseDefined', data: { course, capacity } }) as const
  const changed = (course: string, capacity: number) =>
    ({ type: 'CapacityChanged', data: { course, capacity } }) as const
  const subscribed = (course: string, student: string) => ({ type: 'Subscribed', data: { course, student } }) as const
  const toDefine = (course: string, capacity: number) => ({ type: 'DefineCourse', data: { course, capacity } }) as const
  const toChange = (course: string, capacity: number) =>
    ({ type: 'ChangeCapacity', data: { course, capacity } }) as const
  const toSubscribe = (course: string, student: string) => ({ type: 'Subscribe', data: { course, student } }) as const
  const [defining, changing, subscribing] = [
    Scenario.boundary(define),
    Scenario.boundary(change),
    Scenario.boundary(subscribe),
  ]

  it('a new course is defined', () => defining(defined('c2', 1)).when(toDefine('c1', 5)).then(defined('c1', 5)))
  it('a course is defined once', () =>
    defining(defined('c1', 1)).when(toDefine('c1', 5)).thenError('there is such a course'))
  it('a course that does not exist has no capacity to change', () =>
    changing(defined('c2', 1)).when(toChange('c1', 5)).thenError('there is no such course'))
  it('a capacity is changed', () => changing(defined('c1', 1)).when(toChange('c1', 5)).then(changed('c1', 5)))
  it('a capacity is not changed to what it is', () =>
    changing(defined('c1', 5)).when(toChange('c1', 5)).thenError('it has that capacity'))
  it('a capacity is not changed to what it was changed to', () =>
    changing(defined('c1', 1), changed('c1', 5)).when(toChange('c1', 5)).thenError('it has that capacity'))
  it('nobody subscribes to a course that does not exist', () =>
    subscribing().when(toSubscribe('c1', 's1')).thenError('there is no such course'))
  it('nobody subscribes to a full course', () =>
    subscribing(defined('c1', 1), subscribed('c1', 's2')).when(toSubscribe('c1', 's1')).thenError('the course is full'))
  it('a course with a raised capacity is full later', () =>
    subscribing(defined('c1', 1), subscribed('c1', 's2'), changed('c1', 2))
      .when(toSubscribe('c1', 's1'))
      .then(subscribed('c1', 's1')))
  it('a student subscribes once', () =>
    subscribing(defined('c1', 9), subscribed('c1', 's1'))
      .when(toSubscribe('c1', 's1'))
      .thenError('the student is subscribed'))
  it('a student has three courses at most', () =>
    subscribing(defined('c1', 9), ...['c2', 'c3', 'c4'].map((course) => subscribed(course, 's1')))
      .when(toSubscribe('c1', 's1'))
      .thenError('the student has three courses'))
  it('the courses of another student do not count', () =>
    subscribing(defined('c1', 9), ...['c2', 'c3', 'c4'].map((course) => subscribed(course, 's2')))
      .when(toSubscribe('c1', 's1'))
      .then(subscribed('c1', 's1')))
  it('a student subscribes to a course with seats', () =>
    subscribing(defined('c1', 2), subscribed('c1', 's2')).when(toSubscribe('c1', 's1')).then(subscribed('c1', 's1')))

  const ids = fc.constantFrom('1', '2')
  const commands = fc.oneof(
    fc.tuple(ids, fc.nat(2)).map(([course, capacity]) => toDefine(course, capacity)),
    fc.tuple(ids, fc.nat(2)).map(([course, capacity]) => toChange(course, capacity)),
    fc.tuple(ids, fc.constantFrom('a', 'b', 'c')).map(([course, student]) => toSubscribe(course, student)),
  )

  it('no history of commands breaks a rule, or reads what is not guarded', () =>
    checkBoundary([define, change, subscribe], {
      commands,
      seed: 1,
      invariants: {
        'nobody is subscribed twice': (events) => {
          const all = events.filter(({ type }) => type === 'Subscribed').map(({ data }) => JSON.stringify(data))
          return new Set(all).size === all.length
        },
      },
    }))

  it('a decision that reads what it does not guard is found, with the history', () => {
    const careless = Boundary.make({
      ...subscribe,
      commands: subscriptions.commands,
      // The number of courses of the student is forgotten.
      guard: ({ data }) => View.all({ a: capacityOf(data.course), b: count(Tag.of('course', data.course)) }).query,
      decide: subscribe.decide,
    })
    const three = ['1', '2', '3', '4'].flatMap((course) => [toDefine(course, 1), toSubscribe(course, 'a')])
    const check = () =>
      checkBoundary([define, careless], { commands: fc.constantFrom(...three), maxCommands: 60, numRuns: 500, seed: 1 })
    expect(check).toThrow(
      /Unguarded: the decision reads what its guard leaves out\ngiven\n[\s\S]*the guard leaves out\n {2}course-/,
    )
  })

  it('a rule that does not hold is found', () => {
    const check = () =>
      checkBoundary([define, change, subscribe], {
        commands,
        seed: 1,
        invariants: { 'nobody subscribes': (events) => events.every(({ type }) => type !== 'Subscribed') },
      })
    expect(check).toThrow('InvariantBroken: nobody subscribes')
  })
})

describe('unique user names', () => {
  const NameEvent = EventCodec.make(
    {
      Registered: t.strict({ name: t.string }),
      Closed: t.strict({ name: t.string, at: t.number }),
      Renamed: t.strict({ from: t.string, to: t.string, at: t.number }),
    },
    {
      tags: {
        Registered: ({ name }) => [Tag.of('name', name)],
        Closed: ({ name }) => [Tag.of('name', name)],
        Renamed: ({ from, to }) => [Tag.of('name', from), Tag.of('name', to)],
      },
    },
  )
  type NameEvent = EventOf<typeof NameEvent>
  type Name = { readonly isTaken: boolean; readonly freeFrom: number }

  const register = Boundary.make({
    commands: CommandCodec.make({ Register: t.strict({ name: t.string, at: t.number }) }),
    events: NameEvent,
    reads: ({ data: { name } }) =>
      View.make({
        events: NameEvent,
        initialState: { isTaken: false, freeFrom: 0 } as Name,
        on: {
          Registered: (): Name => ({ isTaken: true, freeFrom: 0 }),
          Closed: (_, { data }): Name => ({ isTaken: false, freeFrom: data.at + 3 * day }),
          Renamed: (_, { data }): Name =>
            data.to === name ? { isTaken: true, freeFrom: 0 } : { isTaken: false, freeFrom: data.at + 3 * day },
        },
        tags: [Tag.of('name', name)],
      }),
    decide: ({ data: { name, at } }, state): E.Either<string, ReadonlyArray<NameEvent>> =>
      state.isTaken || at < state.freeFrom
        ? E.left('the name is taken')
        : E.right([{ type: 'Registered', data: { name } }]),
    stream: (event) => StreamName.make('name', event.type === 'Renamed' ? event.data.from : event.data.name),
  })
  const given = Scenario.boundary(register)
  const registered = { type: 'Registered', data: { name: 'u1' } } as const
  const closed = { type: 'Closed', data: { name: 'u1', at: 10 * day } } as const
  const renamed = { type: 'Renamed', data: { from: 'u1', to: 'u2', at: 10 * day } } as const
  const when = (name: string, days = 0) => ({ type: 'Register', data: { name, at: days * day } }) as const

  it('a free name is given', () => given().when(when('u1')).then(registered))
  it('a name is given once', () => given(registered).when(when('u1')).thenError('the name is taken'))
  it('the name of another does not matter', () =>
    given({ type: 'Registered', data: { name: 'u2' } })
      .when(when('u1'))
      .then(registered))
  it('the name of a closed account is free after three days', () =>
    given(registered, closed).when(when('u1', 13)).then(registered))
  it('and not before', () => given(registered, closed).when(when('u1', 12)).thenError('the name is taken'))
  it('a name that was given up is free after three days', () =>
    given(registered, renamed).when(when('u1', 14)).then(registered))
  it('and not before that', () => given(registered, renamed).when(when('u1', 11)).thenError('the name is taken'))
  it('a name that somebody changed to is taken', () =>
    given(registered, renamed).when(when('u2', 99)).thenError('the name is taken'))
})

describe('tokens of sign-ups', () => {
  const SignUpEvent = EventCodec.make(
    {
      Initiated: t.strict({ email: t.string, token: t.string, at: t.number }),
      Confirmed: t.strict({ email: t.string, token: t.string }),
    },
    {
      tags: {
        Initiated: ({ email, token }) => [Tag.of('email', email), Tag.of('token', token)],
        Confirmed: ({ email, token }) => [Tag.of('email', email), Tag.of('token', token)],
      },
    },
  )
  type SignUpEvent = EventOf<typeof SignUpEvent>
  type Pending = { readonly at: number; readonly isUsed: boolean } | undefined

  const confirm = Boundary.make({
    commands: CommandCodec.make({ Confirm: t.strict({ email: t.string, token: t.string, at: t.number }) }),
    events: SignUpEvent,
    reads: ({ data: { email, token } }) =>
      View.make({
        events: SignUpEvent,
        initialState: undefined as Pending,
        on: {
          Initiated: (_, { data }): Pending => ({ at: data.at, isUsed: false }),
          Confirmed: (state): Pending => state && { ...state, isUsed: true },
        },
        tags: [Tag.of('email', email), Tag.of('token', token)],
      }),
    decide: ({ data: { email, token, at } }, pending): E.Either<string, ReadonlyArray<SignUpEvent>> => {
      if (pending === undefined) return E.left('nobody has signed up with this token')
      if (pending.isUsed) return E.left('the token was used')
      return at > pending.at + 60
        ? E.left('the token has expired')
        : E.right([{ type: 'Confirmed', data: { email, token } }])
    },
    stream: ({ data }) => StreamName.make('signup', data.email),
  })
  const given = Scenario.boundary(confirm)
  const initiated = { type: 'Initiated', data: { email: 'a@b', token: '1', at: 0 } } as const
  const confirmed = { type: 'Confirmed', data: { email: 'a@b', token: '1' } } as const
  const when = (email: string, token: string, at = 60) => ({ type: 'Confirm', data: { email, token, at } }) as const

  it('a token that nobody has is rejected', () =>
    given(initiated).when(when('a@b', '2')).thenError('nobody has signed up with this token'))
  it('the token of another is rejected', () =>
    given(initiated).when(when('c@d', '1')).thenError('nobody has signed up with this token'))
  it('a token is used once', () => given(initiated, confirmed).when(when('a@b', '1')).thenError('the token was used'))
  it('a token expires', () =>
    given(initiated)
      .when(when('a@b', '1', 61))
      .thenError('the token has expired'))
  it('a sign-up is confirmed', () => given(initiated).when(when('a@b', '1')).then(confirmed))
})

describe('prices that change', () => {
  const PriceEvent = EventCodec.make(
    {
      Priced: t.strict({ product: t.string, price: t.number, at: t.number }),
      Ordered: t.strict({ order: t.string, items: t.readonlyArray(t.strict({ product: t.string, price: t.number })) }),
    },
    {
      tags: {
        Priced: ({ product }) => [Tag.of('product', product)],
        Ordered: ({ items }) => items.map(({ product }) => Tag.of('product', product)),
      },
    },
  )
  type PriceEvent = EventOf<typeof PriceEvent>
  type Price = { readonly price: number; readonly until: number }
  const grace = 10

  /** The prices that a product has had, each until the next one and the time of grace are over. */
  const pricesOf = (product: string) =>
    View.make({
      events: PriceEvent,
      initialState: [] as ReadonlyArray<Price>,
      on: {
        Priced: (all, { data: { price, at } }): ReadonlyArray<Price> => [
          ...all.map((one) => ({ ...one, until: Math.min(one.until, at + grace) })),
          { price, until: Number.POSITIVE_INFINITY },
        ],
      },
      tags: [Tag.of('product', product)],
    })
  const Item = t.strict({ product: t.string, price: t.number })
  const order = Boundary.make({
    commands: CommandCodec.make({ Order: t.strict({ order: t.string, items: t.readonlyArray(Item), at: t.number }) }),
    events: PriceEvent,
    reads: ({ data: { items } }) =>
      View.all(Object.fromEntries(items.map(({ product }) => [product, pricesOf(product)]))),
    decide: ({ data: { order: id, items, at } }, prices): E.Either<string, ReadonlyArray<PriceEvent>> => {
      const wrong = items.find(
        ({ product, price }) => !prices[product]?.some((one) => one.price === price && at <= one.until),
      )
      return wrong === undefined
        ? E.right([{ type: 'Ordered', data: { order: id, items } }])
        : E.left(`${wrong.product} does not cost ${wrong.price}`)
    },
    stream: (event) =>
      event.type === 'Ordered'
        ? StreamName.make('order', event.data.order)
        : StreamName.make('product', event.data.product),
  })
  const given = Scenario.boundary(order)
  const priced = (product: string, price: number, at = 0) => ({ type: 'Priced', data: { product, price, at } }) as const
  const items = (...all: ReadonlyArray<readonly [string, number]>) =>
    all.map(([product, price]) => ({ product, price }))
  const when = (at: number, ...all: ReadonlyArray<readonly [string, number]>) =>
    ({ type: 'Order', data: { order: 'o1', items: items(...all), at } }) as const
  const ordered = (...all: ReadonlyArray<readonly [string, number]>) =>
    ({ type: 'Ordered', data: { order: 'o1', items: items(...all) } }) as const

  it('a product that was never priced is not sold', () =>
    given()
      .when(when(0, ['p1', 5]))
      .thenError('p1 does not cost 5'))
  it('another price than the shown one is rejected', () =>
    given(priced('p1', 6))
      .when(when(0, ['p1', 5]))
      .thenError('p1 does not cost 5'))
  it('the price that is shown is paid', () =>
    given(priced('p1', 5))
      .when(when(0, ['p1', 5]))
      .then(ordered(['p1', 5])))
  it('a changed price is paid', () =>
    given(priced('p1', 5), priced('p1', 7, 20))
      .when(when(21, ['p1', 7]))
      .then(ordered(['p1', 7])))
  it('an old price is paid within the time of grace', () =>
    given(priced('p1', 5), priced('p1', 7, 20))
      .when(when(30, ['p1', 5]))
      .then(ordered(['p1', 5])))
  it('and not after it', () =>
    given(priced('p1', 5), priced('p1', 7, 20))
      .when(when(31, ['p1', 5]))
      .thenError('p1 does not cost 5'))
  it('a price that was never shown is not paid within the time of grace', () =>
    given(priced('p1', 5), priced('p1', 7, 20))
      .when(when(25, ['p1', 6]))
      .thenError('p1 does not cost 6'))
  it('one wrong price rejects all products', () =>
    given(priced('p1', 5), priced('p2', 6))
      .when(when(0, ['p1', 5], ['p2', 5]))
      .thenError('p2 does not cost 5'))
  it('several products are paid together', () =>
    given(priced('p1', 5), priced('p2', 6))
      .when(when(0, ['p1', 5], ['p2', 6]))
      .then(ordered(['p1', 5], ['p2', 6])))
})

describe('numbers without gaps', () => {
  const InvoiceEvent = EventCodec.make(
    { Invoiced: t.strict({ number: t.number, of: t.string }) },
    { tags: { Invoiced: () => [Tag.of('invoices', 'all')] } },
  )
  type InvoiceEvent = EventOf<typeof InvoiceEvent>
  const invoice = Boundary.make({
    commands: CommandCodec.make({ Invoice: t.strict({ of: t.string }) }),
    events: InvoiceEvent,
    reads: () =>
      View.make({
        events: InvoiceEvent,
        initialState: 1,
        on: { Invoiced: (_, { data }) => data.number + 1 },
        tags: [Tag.of('invoices', 'all')],
      }),
    decide: ({ data: { of } }, number): E.Either<never, ReadonlyArray<InvoiceEvent>> =>
      E.right([{ type: 'Invoiced', data: { number, of } }]),
    stream: ({ data }) => StreamName.make('invoice', `${data.number}`),
  })
  const given = Scenario.boundary(invoice)
  const invoiced = (number: number) => ({ type: 'Invoiced', data: { number, of: 'x' } }) as const

  it('the first is 1', () =>
    given()
      .when({ type: 'Invoice', data: { of: 'x' } })
      .then(invoiced(1)))
  it('each next one is one higher', () =>
    given(invoiced(1), invoiced(2))
      .when({ type: 'Invoice', data: { of: 'x' } })
      .then(invoiced(3)))
})

describe('requests that are sent twice', () => {
  const OrderEvent = EventCodec.make(
    { Placed: t.strict({ order: t.string, token: t.string }) },
    { tags: { Placed: ({ token }) => [Tag.of('token', token)] } },
  )
  type OrderEvent = EventOf<typeof OrderEvent>
  const place = Boundary.make({
    commands: CommandCodec.make({ Place: t.strict({ order: t.string, token: t.string }) }),
    events: OrderEvent,
    reads: ({ data }) =>
      View.make({
        events: OrderEvent,
        initialState: false,
        on: { Placed: () => true },
        tags: [Tag.of('token', data.token)],
      }),
    decide: ({ data }, isUsed): E.Either<string, ReadonlyArray<OrderEvent>> =>
      isUsed ? E.left('the request was sent before') : E.right([{ type: 'Placed', data }]),
    stream: ({ data }) => StreamName.make('order', data.order),
  })
  const given = Scenario.boundary(place)
  const placed = (order: string, token: string) => ({ type: 'Placed', data: { order, token } }) as const
  const when = (order: string, token: string) => ({ type: 'Place', data: { order, token } }) as const

  it('the first is done', () => given().when(when('o1', 't1')).then(placed('o1', 't1')))
  it('the second is not, whatever it orders', () =>
    given(placed('o1', 't1')).when(when('o2', 't1')).thenError('the request was sent before'))
  it('another token is another request', () =>
    given(placed('o1', 't1')).when(when('o2', 't2')).then(placed('o2', 't2')))
})

describe('a boundary whose code changes what it is given', () => {
  const Noted = EventCodec.make(
    { Noted: t.strict({ text: t.string }) },
    { tags: { Noted: () => [Tag.of('all', 'notes')] } },
  )
  const tags = [Tag.of('all', 'notes')]
  const note = { type: 'Note', data: { text: 'a' } } as const
  type View<S> = { readonly initialState: S; readonly fold: (state: S, event: EventOf<typeof Noted>) => S }

  const noting = <S>({ initialState, fold }: View<S>) =>
    Boundary.make({
      commands: CommandCodec.make({ Note: t.strict({ text: t.string }) }),
      events: Noted,
      reads: () => View.make({ events: Noted, initialState, on: { Noted: fold }, tags }),
      decide: ({ data }) => E.right([{ type: 'Noted' as const, data }]),
      stream: () => StreamName.make('note', 'all'),
    })

  const spoiling: Readonly<Record<string, () => ReturnType<typeof noting>>> = {
    'an event': () =>
      noting({
        initialState: 0,
        fold: (n, { data }) => {
          Object.assign(data, { text: 'spoilt' })
          return n + 1
        },
      }) as never,
    'a list with which it begins': () =>
      noting({
        initialState: [] as Array<string>,
        fold: (all, { data }) => {
          all.push(data.text)
          return all
        },
      }) as never,
    'a map with which it begins': () =>
      noting({
        initialState: new Map<string, number>(),
        fold: (all, { data }) => all.set(data.text, 1),
      }) as never,
  }

  it.each(Object.keys(spoiling))('is found by a check and by a scenario: %s', (what) => {
    const boundary = spoiling[what]
    if (boundary === undefined) throw new Error('no such boundary')
    const found = /read only|not extensible|changed in place|is not pure/
    expect(() => checkBoundary([boundary()], { commands: fc.constant(note), numRuns: 5, seed: 1 })).toThrow(found)
    expect(() => Scenario.boundary(boundary())({ type: 'Noted', data: { text: 'a' } }).when(note)).toThrow(found)
  })
})
