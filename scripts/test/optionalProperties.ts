import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { root } from './root.ts'
import { type Finding, finding, parse, published, sourcesOf } from './sourceRules.ts'

const takesUndefined = (type: ts.TypeNode): boolean =>
  type.kind === ts.SyntaxKind.UndefinedKeyword ||
  type.kind === ts.SyntaxKind.UnknownKeyword ||
  // Nothing may be passed at all.
  type.kind === ts.SyntaxKind.NeverKeyword ||
  (ts.isUnionTypeNode(type) && type.types.some(takesUndefined))

const isOptional = (node: ts.Node): node is ts.PropertySignature | ts.MappedTypeNode =>
  (ts.isPropertySignature(node) && node.questionToken !== undefined) ||
  (ts.isMappedTypeNode(node) &&
    node.questionToken !== undefined &&
    node.questionToken.kind !== ts.SyntaxKind.MinusToken)

/**
 * The optional properties that refuse `undefined`. A caller with `exactOptionalPropertyTypes` cannot pass to them what
 * may be absent, and `Partial` makes such properties too.
 *
 * Results have optional properties as well, and the rule is the same for them: the reader of one gets `undefined` in
 * either case, and passes it on to an option.
 */
export const refusesUndefined = (source: ts.SourceFile): ReadonlyArray<Finding> => {
  const found: Array<Finding> = []
  const add = (node: ts.Node, what: string): void => {
    found.push(finding(source, node, what))
  }
  const visit = (node: ts.Node): void => {
    if (isOptional(node) && node.type !== undefined && !takesUndefined(node.type))
      add(node, ts.isPropertySignature(node) ? node.name.getText(source) : 'a mapped type')
    if (ts.isTypeReferenceNode(node) && node.typeName.getText(source) === 'Partial')
      add(node, `${node.getText(source)}: use PartialOptions`)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** Whether a file declares what users of a package pass or get. Of the laws, these are their set-ups. */
const isPublic = (file: string): boolean =>
  !file.includes('/internal/') &&
  (!file.includes('/laws/') || /(Laws|LawSetup|UnderTest|UnderLaw|SubscriptionsModule|Capabilities)\.ts$/.test(file))

/** The public sources of all published packages. */
export const publicSources = (): ReadonlyArray<ts.SourceFile> =>
  published
    .flatMap(({ directory }) => sourcesOf(directory))
    .filter(isPublic)
    .map((file) => parse(file, readFileSync(join(root, file), 'utf8')))
