import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// This module is src/sampleFile.ts or dist/esm/sampleFile.js; the build copies nothing.
const [beside, beyond] = ['../sample/transactions.csv', '../../sample/transactions.csv'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
)

/**
 * The bundled sample: about 5,000 rows, made by `scripts/sample.mjs`.
 *
 * @category model
 * @since 0.1.0
 */
export const sampleFile: string = (beside !== undefined && existsSync(beside) ? beside : beyond) ?? ''
