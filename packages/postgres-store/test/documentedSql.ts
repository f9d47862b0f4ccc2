import { readFileSync } from 'node:fs'
import { codeBlocks } from '../../../scripts/test/markdown.ts'

/** The SQL of a document below a heading, block by block, as it is written there. */
export const documentedSql = (heading: string, file = 'postgres.md'): ReadonlyArray<string> => {
  const document = readFileSync(new URL(`../../../docs/${file}`, import.meta.url), 'utf8')
  const section = document.split(/^(?=## )/m).find((part) => part.startsWith(`## ${heading}\n`)) ?? ''
  const blocks = codeBlocks(section).filter(({ language }) => language === 'sql')
  if (blocks.length === 0) throw new Error(`docs/${file} has no SQL below ${heading}`)
  return blocks.map(({ lines }) => lines.join('\n'))
}
