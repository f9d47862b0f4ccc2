import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { root } from './root.ts'
import { parse, published, sourcesOf } from './sourceRules.ts'

/** The literals of a type: one, or those of a union. */
const literals = (type: ts.TypeNode): ReadonlyArray<string> => {
  if (ts.isUnionTypeNode(type)) return type.types.flatMap(literals)
  return ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal) ? [type.literal.text] : []
}

const isExported = (node: ts.Statement): boolean =>
  ts.canHaveModifiers(node) && (node.modifiers ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)

/** The text of a tag in the comment of a declaration. */
const categoryOf = (node: ts.Node): string =>
  ts
    .getJSDocTags(node)
    .flatMap(({ tagName, comment }) => (tagName.text === 'category' && typeof comment === 'string' ? [comment] : []))
    .join()

/** The `_tag`s that the exported types of a file declare, by the category of the type. */
export const tagsIn = (source: ts.SourceFile): ReadonlyArray<readonly [category: string, tag: string]> =>
  source.statements.flatMap((statement) => {
    if (!isExported(statement) || !(ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)))
      return []
    const tags: Array<readonly [string, string]> = []
    const category = categoryOf(statement)
    const visit = (node: ts.Node): void => {
      if (ts.isPropertySignature(node) && node.name.getText() === '_tag' && node.type !== undefined)
        tags.push(...literals(node.type).map((tag) => [category, tag] as const))
      ts.forEachChild(node, visit)
    }
    visit(statement)
    return tags
  })

/** Those of all published packages, without what is internal and exported from no entry. */
export const publishedTags = (): ReadonlyArray<readonly [category: string, tag: string]> =>
  published.flatMap(({ directory }) =>
    sourcesOf(directory)
      .filter((file) => !file.includes('/internal/'))
      .flatMap((file) => tagsIn(parse(file, readFileSync(join(root, file), 'utf8')))),
  )
