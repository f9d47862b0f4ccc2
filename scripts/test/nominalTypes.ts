import ts from 'typescript'
import { type Finding, finding } from './sourceRules.ts'

const isPrivate = (node: ts.Node): boolean =>
  (ts.canHaveModifiers(node) &&
    (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword)) ||
  (ts.isClassElement(node) && node.name !== undefined && ts.isPrivateIdentifier(node.name))

/**
 * Types that are known by where they are declared and not by their shape: those of one copy of a package are none of
 * another, as when a domain in CommonJS meets an application in ESM, or when two versions are installed.
 */
export const nominalTypes = (source: ts.SourceFile): ReadonlyArray<Finding> => {
  const found: Array<Finding> = []
  const visit = (node: ts.Node): void => {
    if (ts.isTypeOperatorNode(node) && node.operator === ts.SyntaxKind.UniqueKeyword)
      found.push(finding(source, node, '`unique symbol`'))
    if (ts.isEnumDeclaration(node)) found.push(finding(source, node, '`enum`'))
    // What is internal comes out as a public interface.
    if (isPrivate(node) && !source.fileName.includes('/internal/'))
      found.push(finding(source, node, 'a private member'))
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}
