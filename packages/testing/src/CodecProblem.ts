/**
 * The laws of an event codec.
 *
 * - `NoArbitrary`: no data can be generated for a form, so the form is not checked; `why` has a remedy.
 * - `NotStored`: an event cannot be encoded.
 * - `StoredDiffers`: an event decodes as another.
 * - `NotRead`: data of an older form, or of the corpus, cannot be decoded.
 * - `CorpusDiffers`: a stored event decodes otherwise than recorded.
 * - `CorpusInvalid`: an entry of the corpus is invalid.
 *
 * @category errors
 * @since 0.1.0
 */
export type CodecLaw = 'NoArbitrary' | 'NotStored' | 'StoredDiffers' | 'NotRead' | 'CorpusDiffers' | 'CorpusInvalid'

/**
 * A law that an event codec breaks. `where` is the stored form (`MoneyIn v1`) or the place in the corpus, `example` the
 * smallest event or stored data that shows it.
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
