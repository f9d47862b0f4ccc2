import { fc, test } from '@fast-check/jest'
import { describe, expect } from '@jest/globals'
import { ada, credit, limit } from '../account/fixtures.ts'
import { accountOf, cents, idOf } from './fixtures.ts'
import { makeTransferSimulation, type TransferSimulation } from './TransferSimulation.ts'

const accounts = ['a', 'b', 'c', 'd'] as const
const [opened, funds] = [accounts.slice(0, 3), 1_000] as const

interface Asked {
  readonly transferId: string
  readonly from: string
  readonly to: string
  readonly amount: number
}

const transfers: fc.Arbitrary<ReadonlyArray<Asked>> = fc
  .array(
    fc.record({
      from: fc.constantFrom(...accounts),
      to: fc.constantFrom(...accounts),
      amount: fc.integer({ min: 1, max: 1_200 }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((all) => all.map((one, i) => ({ ...one, transferId: `t${i}` })))

const what = fc.oneof(
  { weight: 5, arbitrary: fc.constant('hear' as const) },
  { weight: 3, arbitrary: fc.constant('deliver' as const) },
  { weight: 2, arbitrary: fc.constantFrom('loseAnswer' as const, 'fail' as const, 'repeat' as const) },
  { weight: 2, arbitrary: fc.constantFrom('fire' as const, 'request' as const) },
  fc.constantFrom('open' as const, 'close' as const),
)
const happenings = fc.array(fc.tuple(what, fc.nat(100)), { maxLength: 120 })

const request = (world: TransferSimulation, { transferId, from, to, amount }: Asked) =>
  world.ask({
    type: 'RequestTransfer',
    data: { transferId: idOf(transferId), from: accountOf(from), to: accountOf(to), amount: cents(amount) },
  })

const open = (world: TransferSimulation, accountId: string) =>
  world.ask({ type: 'OpenAccount', data: { accountId, name: ada, overdraft: limit(0) } })

/** Money that has left one account and reached no other, according to the accounts and not to the process. */
const inFlight = (world: TransferSimulation, all: ReadonlyArray<Asked>): number =>
  all.reduce((sum, { transferId, from, to, amount }) => {
    const fate = (id: string) => world.accountOf(id).transfers?.find((one) => one.transferId === transferId)?.outcome
    return fate(from) === 'sent' && fate(to) !== 'received' ? sum + amount : sum
  }, 0)

const balances = (world: TransferSimulation): number =>
  accounts.reduce((sum, id) => {
    const state = world.accountOf(id)
    return state.status === 'unopened' ? sum : sum + state.balance
  }, 0)

const total = opened.length * funds

/** Three open accounts with money; the fourth was never opened. The process has handled these events. */
const begin = (): TransferSimulation => {
  const world = makeTransferSimulation()
  for (const accountId of opened) {
    open(world, accountId)
    world.ask({ type: 'Deposit', data: { accountId, entry: credit(funds) } })
  }
  world.settle()
  return world
}

describe('transfers under delays, repetitions, losses and reordering', () => {
  test.prop([transfers, happenings], { numRuns: 400 })(
    'money is neither created nor lost, and every transfer ends once',
    (all, steps) => {
      const world = begin()
      const asked: Array<Asked> = []
      const requestNext = (n: number) => {
        const one = all[n % all.length]
        if (one !== undefined && request(world, one) && !asked.includes(one)) asked.push(one)
      }
      for (const [step, n] of steps) {
        const accountId = accounts[n % accounts.length] ?? 'a'
        if (step === 'request') requestNext(n)
        else if (step === 'open') open(world, accountId)
        else if (step === 'close') world.ask({ type: 'CloseAccount', data: { accountId } })
        else if (step === 'hear') world.hearNext()
        else world[step](n)
        expect(balances(world) + inFlight(world, asked)).toBe(total)
      }
      world.settle()
      expect(world.underWay()).toBe(0)
      expect(balances(world)).toBe(total)

      for (const { transferId, from, to } of asked) {
        const ends = world.transferOf(transferId).status
        const fate = (id: string) =>
          world.accountOf(id).transfers?.find((one) => one.transferId === transferId)?.outcome
        // Completed, compensated or refused, in agreement with the decisions of the accounts.
        expect([ends, fate(from), fate(to)]).toEqual(
          {
            completed: ['completed', 'sent', 'received'],
            compensated: ['compensated', 'returned', 'not received'],
            refused: ['refused', 'not sent', undefined],
          }[String(ends)],
        )
      }

      // Old commands that arrive again change nothing.
      const events = world.events().length
      for (let i = 0; i < 200; i++) world.repeat(i)
      expect(world.events()).toHaveLength(events)
    },
  )

  test.prop([fc.boolean(), fc.boolean()])('an undisturbed transfer is completed', (late, unheard) => {
    const world = begin()
    request(world, { transferId: 't', from: 'a', to: 'b', amount: 400 })
    if (unheard) world.hearNext()
    world.settle()
    if (late) world.fire(0)
    world.settle()
    expect(world.transferOf('t')).toMatchObject({ status: 'completed' })
    expect([world.accountOf('a'), world.accountOf('b')]).toMatchObject([{ balance: 600 }, { balance: 1_400 }])
  })
})

describe('at the deadline', () => {
  const heard = (world: TransferSimulation, times: number) => {
    for (let i = 0; i < times; i++) world.hearNext()
  }
  const sent = () => {
    const world = begin()
    request(world, { transferId: 't', from: 'a', to: 'b', amount: 400 })
    heard(world, 1)
    world.deliver(0)
    heard(world, 1)
    return world
  }

  test('the money comes back when the target has not answered; its answer comes too late', () => {
    const world = sent()
    world.fail(0)
    world.fire(0)
    world.settle()
    world.repeat(1)
    world.settle()
    expect(world.transferOf('t')).toMatchObject({ status: 'compensated', reason: 'no answer in time' })
    expect([world.accountOf('a'), world.accountOf('b')]).toMatchObject([{ balance: 1_000 }, { balance: 1_000 }])
  })

  test('the target keeps the money that it has received, although its answer was lost', () => {
    const world = sent()
    world.loseAnswer(0)
    world.fire(0)
    world.settle()
    expect(world.transferOf('t')).toMatchObject({ status: 'completed' })
    expect([world.accountOf('a'), world.accountOf('b')]).toMatchObject([{ balance: 600 }, { balance: 1_400 }])
  })

  test('nothing is withdrawn when the source has not answered', () => {
    const world = begin()
    request(world, { transferId: 't', from: 'a', to: 'b', amount: 400 })
    heard(world, 1)
    world.fail(0)
    world.fire(0)
    world.settle()
    world.repeat(0)
    expect(world.transferOf('t')).toMatchObject({ status: 'refused', reason: 'no answer in time' })
    expect(world.accountOf('a')).toMatchObject({ balance: 1_000 })
  })
})
