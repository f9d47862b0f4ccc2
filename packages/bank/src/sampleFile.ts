import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

// This module is src/sampleFile.ts or dist/esm/sampleFile.js, and the build does not copy the sample.
const beside = at('../sample/transactions.csv')

/**
 * The bundled sample: about 5,000 rows, made by `scripts/sample.mjs`.
 *
 * @category model
 * @since 0.1.0
 */
export const sampleFile: string = existsSync(beside) ? beside : at('../../sample/transactions.csv')
