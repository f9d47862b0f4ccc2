/**
 * What a codec can be found to break.
 *
 * - `NoArbitrary`: no data can be made for a form, so that it is not checked; `why` says how to help.
 * - `NotStored`: an event is refused when it is encoded.
 * - `StoredDiffers`: an event comes back as another.
 * - `NotRead`: data of an older form, or of the corpus, cannot be decoded.
 * - `CorpusDiffers`: a stored event is read as another than was recorded.
 * - `CorpusInvalid`: an entry of the corpus is none.
 *
 * @category errors
 * @since 0.1.0
 */
export type CodecLaw = 'NoArbitrary' | 'NotStored' | 'StoredDiffers' | 'NotRead' | 'CorpusDiffers' | 'CorpusInvalid'

/**
 * A law that an event codec breaks. `where` is the stored form (`MoneyIn v1`) or the place in the corpus, `example` the smallest event or stored
 * data that shows it.
 *
 * @category errors
 * @since 0.1.0
 */
export interface CodecProblem {
  readonly _tag: 'CodecProblem'
  readonly law: CodecLaw
  readonly where: string
  readonly why: string
  readonly example: unknown
}
