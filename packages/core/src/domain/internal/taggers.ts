import { either as E } from 'fp-ts'
import { tryCatch } from '../../values/internal/tryCatch.ts'
import { Limits } from '../../values/Limits.ts'
import { OptionKind } from '../../values/OptionKind.ts'
import { Tag } from '../../values/Tag.ts'
import { type EncodeFailure, encodeFailure } from '../EncodeFailure.ts'
import type { Event } from '../Event.ts'
import type { EncodedEvent } from '../RecordedEvent.ts'
import { lostRules } from './ruleTags.ts'

type Taggers = Readonly<Record<string, ((data: unknown) => ReadonlyArray<Tag>) | undefined>>

type Encode = (event: Event) => E.Either<EncodeFailure, EncodedEvent>

/** Tags the events of a codec. `around` makes an encoder of one type add the tags. */
interface Tagger {
  readonly tags: (event: Event) => E.Either<EncodeFailure, ReadonlyArray<Tag>>
  readonly around: (type: string, encode: Encode) => Encode
}

const none: E.Either<EncodeFailure, ReadonlyArray<Tag>> = E.right([])

export const makeTagger = (taggers: Taggers): Tagger => {
  const tags = ({ type, data }: Event): E.Either<EncodeFailure, ReadonlyArray<Tag>> => {
    const tagger = Object.hasOwn(taggers, type) ? taggers[type] : undefined
    if (tagger === undefined) return none
    const made = tryCatch(() => tagger(data))
    if (E.isLeft(made)) return E.left(encodeFailure(type, 'tags', made.left))
    const checked = Tag.checkAll('tags', Limits.tagsPerEvent)(made.right)
    return E.isLeft(checked) ? E.left(encodeFailure(type, checked.left.what, checked.left.why)) : checked
  }
  const around = (type: string, encode: Encode): Encode => {
    // Types without tags are encoded as before.
    if (taggers[type] === undefined) return encode
    return (event) => {
      const encoded = encode(event)
      if (E.isLeft(encoded)) return encoded
      const made = tags(event)
      if (E.isLeft(made)) return made
      return made.right.length === 0 ? encoded : E.right({ ...encoded.right, tags: made.right })
    }
  }
  return { tags, around }
}

/** What is wrong with the functions that tag events, as a JavaScript caller may pass them. */
export const taggerProblems = (entries: unknown, taggers: unknown): ReadonlyArray<string> => {
  if (OptionKind.record(taggers) !== undefined) return [`the tags ${OptionKind.record(taggers)}`]
  const wrong = Object.entries(Object(taggers)).flatMap(([type, tagger]) => {
    if (!Object.hasOwn(Object(entries), type))
      return [`tags are declared for ${JSON.stringify(type)}, which is no event of this codec`]
    const problem = tagger === undefined ? undefined : OptionKind.pure(tagger)
    return problem === undefined ? [] : [`the tags of ${JSON.stringify(type)} ${problem}`]
  })
  return [...wrong, ...lostRules(Object(taggers))]
}
