// Code that must not compile: types that came out as `any` would let it.
import { StreamName } from '@foldlog/core'
import { makeMemoryStore } from '@foldlog/memory-store'
import { EmbeddedPostgres } from '@foldlog/postgres-embedded'

// @ts-expect-error: an Either is no number.
export const name: number = StreamName.parse('a-1')
// @ts-expect-error: a store has no such function.
export const nothing = makeMemoryStore().nothing
// @ts-expect-error: a TaskEither is no promise.
export const started: Promise<unknown> = EmbeddedPostgres.temporary()
