import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { root } from './root.ts'
import { parse } from './sourceRules.ts'

/** Public packages whose numbers are not in the table yet, each with the reason. A new package is not among them. */
const without: Readonly<Record<string, string>> = {
  cli: 'a program: its arguments are texts',
  operations: 'its questions are for operators',
}

/** The packages whose options are read by others: all that are published, and the server of the examples. */
const packages = readdirSync(join(root, 'packages')).filter((name) => {
  const { private: isPrivate = false } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))
  return (!isPrivate || name === 'hono-server') && !Object.hasOwn(without, name)
})

/** Interfaces all of whose numbers come from a caller, also those that are not optional. Those of a check do not. */
const isOptions = (name: string): boolean => /^(?!Checked).*(Options|Limits|Policy|Setup|Batching)$/.test(name)

const isNumber = (type: ts.TypeNode | undefined): boolean =>
  type !== undefined &&
  (type.kind === ts.SyntaxKind.NumberKeyword || (ts.isUnionTypeNode(type) && type.types.some(isNumber)))

const isUndefined = (type: ts.TypeNode | undefined): boolean =>
  type !== undefined &&
  (type.kind === ts.SyntaxKind.UndefinedKeyword || (ts.isUnionTypeNode(type) && type.types.some(isUndefined)))

type Field = ts.PropertySignature | ts.ParameterDeclaration

const isOptional = (field: Field): boolean => field.questionToken !== undefined || isUndefined(field.type)

/** The exported statement around a node; undefined for what is not public. */
const exportedAround = (node: ts.Node): string | undefined => {
  const statement = ts.findAncestor(node, (around) => ts.isStatement(around) && ts.isSourceFile(around.parent))
  if (statement === undefined) return undefined
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations[0]?.name.getText()
  return ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)
    ? statement.name.text
    : ts.isFunctionDeclaration(statement)
      ? statement.name?.text
      : undefined
}

/** The numbers that callers may give in one file, as `Interface.field` or `function.parameter`. */
const numbersIn = (file: string): ReadonlyArray<string> => {
  const source = parse(file, readFileSync(join(root, file), 'utf8'))
  const found: Array<string> = []
  const visit = (node: ts.Node): void => {
    if ((ts.isPropertySignature(node) || ts.isParameter(node)) && isNumber(node.type)) {
      const around = exportedAround(node)
      if (around !== undefined && (isOptional(node) || (ts.isPropertySignature(node) && isOptions(around))))
        found.push(`${around}.${node.name.getText()}`)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** Whether a file declares what users of a package call. Of the laws, these are their set-ups. */
const isPublic = (file: string): boolean =>
  file.endsWith('.ts') &&
  !file.includes('internal/') &&
  (!file.startsWith('laws/') || /(Laws|LawSetup)\.ts$/.test(file))

/** Every number that a caller of a public function may give or leave out: `package: Interface.field`. */
export const numberOptions = (): ReadonlyArray<string> =>
  packages.flatMap((name) => {
    const sources = join('packages', name, 'src')
    return readdirSync(join(root, sources), { recursive: true, encoding: 'utf8' })
      .filter(isPublic)
      .flatMap((file) => numbersIn(join(sources, file)).map((option) => `${name}: ${option}`))
  })
