import { type DecodeReason, EventCodec, type ValidationProblem } from '@foldlog/core'
import type { VersionDecoder } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type * as t from 'io-ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import { copyBy, encodeDocument, type StoredForm, type TargetDocument } from './documentCodec.ts'
import { runPure } from './userCode.ts'

/** The versions of the states of a process manager, without the type of the state. */
export interface AnyStateVersions {
  readonly _tag: 'VersionChain'
  readonly codec: t.Mixed
  readonly versions: ReadonlyArray<VersionDecoder<unknown>>
}

export type AnyState = t.Mixed | AnyStateVersions

/** How states of processes are stored. A codec without versions is version 1. */
export interface ProcessState {
  /** The version that is written. */
  readonly version: number
  readonly encode: (document: TargetDocument, state: unknown) => E.Either<HandlerFailure, StoredForm>
  /** A copy of a state: its stored form, decoded; the state itself when it has none. */
  readonly copy: (state: unknown) => unknown
  readonly decode: (version: number, json: unknown) => E.Either<ReadonlyArray<ValidationProblem>, unknown>
}

const isVersions = (state: AnyState): state is AnyStateVersions => '_tag' in state && state._tag === 'VersionChain'

const versionsOf = (state: AnyState): AnyStateVersions => (isVersions(state) ? state : EventCodec.version(1, state))

/** What is wrong with the numbers of the versions; `undefined` when nothing is. */
export const versionProblem = (state: AnyState): string | undefined => {
  const numbers = versionsOf(state).versions.map(({ version }) => version)
  return numbers.every((number, i) => Number.isSafeInteger(number) && number > (numbers[i - 1] ?? 0))
    ? undefined
    : `must have versions that rise from 1, has ${numbers.join(', ')}`
}

/** The place of every problem of a state: the codecs of a chain call their root `data`. */
const root = 'process.state'

const problemsOf = (version: number, reason: DecodeReason): ReadonlyArray<ValidationProblem> => {
  switch (reason._tag) {
    case 'InvalidData':
      return reason.problems.map(({ path, why }) => ({ path: path.replace(/^data(?=\.|$)/, root), why }))
    case 'UpcastFailed':
      return [{ path: root, why: `the upcast of version ${version} to ${reason.to} failed: ${reason.why}` }]
    case 'UnknownVersion':
      return [{ path: root, why: `has version ${version}, this reader knows versions up to ${reason.newestKnown}` }]
    // A state has no tags.
    case 'TagsFailed':
    case 'UnknownType':
      return [{ path: root, why: 'cannot be decoded' }]
  }
}

export const makeProcessState = (state: AnyState): ProcessState => {
  const { codec, versions } = versionsOf(state)
  const newest = Math.max(...versions.map(({ version }) => version))

  return {
    version: newest,
    encode: (document, value) => encodeDocument(codec, document, value),
    copy: (value) => copyBy(codec, { kind: 'process', key: '' }, value),
    decode: (version, json) => {
      const known = versions.find((one) => one.version === version)
      if (known === undefined) return E.left(problemsOf(version, { _tag: 'UnknownVersion', newestKnown: newest }))
      // A JavaScript caller may have made the chain by hand.
      const decoded = runPure(() => known.decode(json))
      if (E.isLeft(decoded)) return E.left([{ path: root, why: 'cannot be decoded' }])
      return E.isLeft(decoded.right) ? E.left(problemsOf(version, decoded.right.left)) : decoded.right
    },
  }
}
