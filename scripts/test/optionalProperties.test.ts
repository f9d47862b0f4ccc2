import { describe, expect, it } from '@jest/globals'
import { publicSources, refusesUndefined } from './optionalProperties.ts'
import { parse } from './sourceRules.ts'

describe('the optional properties of public types', () => {
  it('take undefined', () => {
    expect(publicSources().flatMap(refusesUndefined)).toEqual([])
  })

  it('are found in interfaces, in parameters, in mapped types and in Partial', () => {
    const source = parse(
      'A.ts',
      `export interface A { readonly a?: number; readonly b?: number | undefined; readonly c: number; d?: unknown }
export const f = (options: { readonly logger?: () => void }, rest?: Partial<A>) => options
export type M<T> = { readonly [K in keyof T]?: T[K] }
export type N<T> = { readonly [K in keyof T]-?: T[K] } & { readonly [K in keyof T]?: T[K] | undefined }`,
    )
    expect(refusesUndefined(source)).toEqual([
      'A.ts:1: a',
      'A.ts:2: logger',
      'A.ts:2: Partial<A>: use PartialOptions',
      'A.ts:3: a mapped type',
    ])
  })
})
