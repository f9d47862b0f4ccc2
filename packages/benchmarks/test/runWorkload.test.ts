import { describe, expect, it } from '@jest/globals'
import type { BenchmarkEnvironment } from '../src/BenchmarkEnvironment.ts'
import type { Candidate, Turn } from '../src/Candidate.ts'
import { Result } from '../src/Result.ts'
import { runWorkload } from '../src/runWorkload.ts'
import { Workload } from '../src/Workload.ts'

const environment: BenchmarkEnvironment = { database: async () => '', size: (full) => full, turn: 1, connections: 1 }

/** A candidate that does a number of units in each of its turns, in one second. */
const worker = (name: string, units: (turn: number) => number, found = units): Candidate & { closed: boolean } => {
  let turn = 0
  const self = {
    name,
    closed: false,
    enter: async () => ({
      turn: async (_: Turn) => {
        const now = turn++
        return {
          units: units(now),
          milliseconds: 1_000,
          latencies: [units(now)],
          check: { expected: units(now), found: found(now) },
        }
      },
      close: async () => {
        self.closed = true
      },
    }),
  }
  return self
}

const between = (foldlog: Candidate, ...others: ReadonlyArray<Candidate>): Workload => ({
  name: 'test',
  what: '',
  unit: 'units/s',
  measure: Workload.rate,
  goals: [{ against: 'peer', ratio: 3 }],
  foldlog,
  others,
})

describe('a comparison', () => {
  it('compares round by round, and excludes the warm-up', async () => {
    // 1,000 in the warm-up, then 10, 20, 30; half of that from the peer but for one round.
    const ours = worker('foldlog', (turn) => (turn === 0 ? 1_000 : turn * 10))
    const theirs = worker('peer', (turn) => (turn === 2 ? 1 : turn * 5))
    const { foldlog, others } = await runWorkload(between(ours, theirs), environment, 3)
    expect(foldlog?.figures).toEqual({ median: 20, low: 10, high: 30 })
    expect(others['peer']).toMatchObject({
      figures: { median: 5, low: 1, high: 15 },
      ratio: { median: 2, low: 2, high: 20 },
      p50: 5,
      goal: 3,
    })
    expect(ours.closed && theirs.closed).toBe(true)
  })

  it('reports for a lower-is-better unit how many times foldlog is lower', async () => {
    const workload = between(
      worker('foldlog', () => 10),
      worker('peer', () => 40),
    )
    const { others } = await runWorkload({ ...workload, measure: Workload.cost }, environment, 2)
    expect(others['peer']?.ratio.median).toBe(4)
  })

  it('reports whether goals are met', async () => {
    const result = (times: number) =>
      runWorkload(
        between(
          worker('foldlog', () => times),
          worker('peer', () => 1),
        ),
        environment,
        1,
      )
    expect(Result.isMet(await result(3))).toBe(true)
    expect(Result.isMet(await result(2.9))).toBe(false)
    const limited = { ...between(worker('foldlog', () => 5)), latencyLimits: { p50: 10, p99: 4 } }
    expect(Result.isMet(await runWorkload(limited, environment, 1))).toBe(false)
  })

  it('finds missing rows, in the warm-up too', async () => {
    const short = worker(
      'peer',
      () => 5,
      (turn) => (turn === 0 ? 4 : 5),
    )
    const result = await runWorkload(
      between(
        worker('foldlog', () => 5),
        short,
      ),
      environment,
      2,
    )
    expect(result.others['peer']?.checks).toEqual([{ expected: 5, found: 4 }])
    // The losses of other candidates are no failure of foldlog.
    expect(Result.isVerified(result)).toBe(true)
    const ours = worker(
      'foldlog',
      () => 5,
      (turn) => (turn === 0 ? 4 : 5),
    )
    expect(Result.isVerified(await runWorkload(between(ours), environment, 2))).toBe(false)
  })

  it('of a workload without repetition has one turn for each candidate, which counts', async () => {
    const once = between(
      worker('foldlog', (turn) => turn + 1),
      worker('peer', (turn) => turn + 1),
    )
    const { foldlog } = await runWorkload({ ...once, once: true }, environment, 5)
    expect(foldlog?.figures).toEqual({ median: 1, low: 1, high: 1 })
  })

  it('continues without a candidate that fails, and reports the reason', async () => {
    const failing = worker('peer', () => {
      throw new Error('no way')
    })
    const absent: Candidate = { name: 'absent', enter: async () => 'the program is not on this machine' }
    const result = await runWorkload(
      between(
        worker('foldlog', () => 5),
        failing,
        absent,
      ),
      environment,
      2,
    )
    expect(result.absent).toEqual({ peer: 'no way', absent: 'the program is not on this machine' })
    expect(result.others).toEqual({})
    expect(result.foldlog?.figures.median).toBe(5)
    expect(failing.closed).toBe(true)
  })

  it('is not verified when foldlog itself fails', async () => {
    const failing = worker('foldlog', () => {
      throw new Error('no way')
    })
    expect(
      Result.isVerified(
        await runWorkload(
          between(
            failing,
            worker('peer', () => 1),
          ),
          environment,
          1,
        ),
      ),
    ).toBe(false)
  })
})
