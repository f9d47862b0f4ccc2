import type { GenerationRole, HandlerGeneration } from '@foldlog/core/store'
import { expect, it } from '@jest/globals'
import { generationPlan } from '../../src/internal/group/generationPlan.ts'
import { firstGeneration } from '../../src/internal/membership/generationNumbers.ts'

const generation = (version: number, build: number, role: GenerationRole, position = 0): HandlerGeneration => ({
  name: 'views',
  generation: firstGeneration(version) + build,
  partitions: 1,
  position,
  serves: role === 'serving',
  role,
  stops: [],
  checkpointResets: 0,
  identity: null,
})

const planOf = (...[known, joined = []]: [ReadonlyArray<HandlerGeneration>, ReadonlyArray<HandlerGeneration>?]) => {
  const { join, leave, promote } = generationPlan(
    1,
    known,
    joined.map((one) => one.generation),
  )
  return { join, leave, promote }
}

it('a process joins the generations of its version that are worked on', () => {
  const serving = generation(1, 0, 'serving', 10)
  const building = generation(1, 1, 'building', 5)
  const others = [generation(1, 2, 'outdated'), generation(1, 3, 'previous'), generation(2, 0, 'building')]
  expect(planOf([serving, building, ...others])).toEqual({ join: [serving, building], leave: [], promote: [] })
})

it('a build that may have caught up is promoted', () => {
  const serving = generation(1, 0, 'serving', 10)
  const building = generation(1, 1, 'building', 10)
  expect(planOf([serving, building]).promote).toEqual([building])
})

it('a generation that serves again is promoted as a build is', () => {
  const serving = generation(2, 0, 'serving', 10)
  const returning = generation(1, 0, 'returning', 12)
  expect(planOf([serving, returning])).toEqual({ join: [returning], leave: [], promote: [returning] })
})

it('when no generation serves, any build may take over', () => {
  const building = generation(1, 0, 'building')
  expect(planOf([building]).promote).toEqual([building])
})

it('a process leaves what it has joined and no longer works on, also when it was removed', () => {
  const kept = generation(1, 0, 'previous')
  const serving = generation(1, 1, 'serving')
  const removed = generation(1, 2, 'building')
  expect(planOf([kept, serving], [kept, serving, removed]).leave).toEqual([kept.generation, removed.generation])
})

it('a build of other sources is not promoted before it has caught up with the generation that serves', () => {
  const reads = (category: string) => ({ kind: 'Projection', reads: { categories: [category] }, start: 'origin' })
  const serving = { ...generation(1, 0, 'serving', 10), identity: reads('a') }
  const building = { ...generation(2, 0, 'building', 5), identity: reads('b') }
  const fits = ({ identity }: HandlerGeneration) => identity?.reads.categories?.[0] === 'b'
  expect(generationPlan(2, [serving, building], [], fits)).toEqual({ join: [building], leave: [], promote: [] })
})
