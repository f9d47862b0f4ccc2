// Jest transformer: erases types with Node's own stripper. `erasableSyntaxOnly` and `verbatimModuleSyntax` make erasing
// enough.
import { createHash } from 'node:crypto'
import amaro from 'amaro'

const strip = (source) => ({ code: amaro.transformSync(source, { mode: 'strip-only' }).code })

export default {
  process: strip,
  processAsync: async (source) => strip(source),
  canInstrument: false,
  getCacheKey: (source, file) => createHash('sha1').update(`amaro-1\0${file}\0${source}`).digest('hex'),
}
