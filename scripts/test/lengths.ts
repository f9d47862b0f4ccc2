import ts from 'typescript'
import { parse } from './sourceRules.ts'

/** Lines that a file may have. */
export const maxFileLines = 250

/** Lines that a function may have, from its first to its last. */
export const maxFunctionLines = 100

/** A file, or a function of a file, that is too long: `file` or `file: function`. */
export type TooLong = string

const nameOf = (node: ts.Node): string | undefined => {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) return node.name?.getText()
  if (ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node)) return node.name.getText()
  return undefined
}

/** The name of a function, or of the innermost thing around it that has one. */
const nameAround = (node: ts.Node): string => {
  const named = ts.findAncestor(node, (around) => nameOf(around) !== undefined)
  return (named === undefined ? undefined : nameOf(named)) ?? 'a function without a name'
}

/** What is too long in a text. A function without a name counts under the name around it, once. */
export const tooLong = (file: string, text: string): ReadonlyArray<TooLong> => {
  const lines = text.split('\n').length - 1
  if (lines < maxFunctionLines) return []
  const source = parse(file, text)
  const found = new Set<TooLong>()
  if (lines > maxFileLines) found.add(file)
  const lineAt = (position: number): number => source.getLineAndCharacterOfPosition(position).line
  const visit = (node: ts.Node): void => {
    const hasBody = ts.isFunctionLike(node) && 'body' in node && node.body !== undefined
    if (hasBody && lineAt(node.end) - lineAt(node.getStart(source)) + 1 > maxFunctionLines)
      found.add(`${file}: ${nameAround(node)}`)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return [...found]
}
