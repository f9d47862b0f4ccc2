import { either as E, function as F } from 'fp-ts'
import type { DecodeReason } from '../DecodeFailure.ts'
import type { Event } from '../Event.ts'
import type { EncodedEvent } from '../RecordedEvent.ts'
import type { RetiredVersion } from '../RetiredVersion.ts'
import type { VersionDecoder } from '../VersionChain.ts'

interface Chain {
  readonly versions: ReadonlyArray<VersionDecoder<unknown>>
}

type Decode = (data: unknown) => E.Either<DecodeReason, ReadonlyArray<Event>>

/** Builds the decoders of all known forms, by stored name, then by version. */
export const decoderTable = (
  chains: ReadonlyArray<readonly [string, Chain]>,
  retirements: ReadonlyArray<RetiredVersion>,
): ((stored: EncodedEvent) => E.Either<DecodeReason, ReadonlyArray<Event>>) => {
  const decoders = new Map<string, Map<number, Decode>>()
  const add = (type: string, schemaVersion: number, decoder: Decode) =>
    decoders.set(type, (decoders.get(type) ?? new Map<number, Decode>()).set(schemaVersion, decoder))
  const decode = ({ type, schemaVersion, data }: EncodedEvent): E.Either<DecodeReason, ReadonlyArray<Event>> => {
    const versions = decoders.get(type)
    if (versions === undefined) return E.left({ _tag: 'UnknownType' })
    const decoder = versions.get(schemaVersion)
    return decoder === undefined
      ? E.left({ _tag: 'UnknownVersion', newestKnown: Math.max(...versions.keys()) })
      : decoder(data)
  }
  for (const [type, chain] of chains) {
    for (const stored of chain.versions) {
      add(stored.name ?? type, stored.version, (data) => {
        const current = stored.decode(data)
        return E.isLeft(current) ? current : E.right([{ type, data: current.right }])
      })
    }
  }
  for (const { type, schemaVersion, replace } of retirements) {
    // This recursion ends: `versionProblems` has rejected circular replacements.
    add(type, schemaVersion, (data) =>
      F.pipe(
        replace(data),
        E.chain(E.traverseArray(decode)),
        E.map((events) => events.flat()),
      ),
    )
  }
  return decode
}
