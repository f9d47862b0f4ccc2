import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'

/** The part of a document that describes responses. `Validator` has validated the whole document before. */
interface Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, ResponseObject>> }>>>
  >
}

interface ResponseObject {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>
}

/** Checks responses against an OpenAPI document. */
export interface OpenApiChecker {
  /** Returns nothing when the document describes this response of this route; otherwise the problem. */
  readonly problems: (method: string, path: string, response: Response, body: string) => ReadonlyArray<string>
  /** The statuses seen that have their own description, as `GET /accounts 200`. */
  readonly seen: ReadonlySet<string>
}

/** A part of a JSON pointer within a URI. */
const escaped = (key: string): string => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))

/** Throws when the document is not a valid OpenAPI document. */
export const makeOpenApiChecker = async (text: string): Promise<OpenApiChecker> => {
  const { valid, errors } = await new Validator().validate(JSON.parse(text))
  if (!valid) throw new Error(`not an OpenAPI document: ${JSON.stringify(errors)}`)
  const document: Document = JSON.parse(text)
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema(JSON.parse(text), 'document')
  const seen = new Set<string>()
  const templates = Object.keys(document.paths).map(
    (path) => [path, new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)] as const,
  )

  const problems: OpenApiChecker['problems'] = (method, path, response, body) => {
    const template = templates.find(([, pattern]) => pattern.test(path))?.[0]
    const operation = document.paths[template ?? '']?.[method.toLowerCase()]
    if (operation === undefined) return [`no operation ${method} ${path}`]
    const { status } = response
    const answer = operation.responses[status]
    if (answer === undefined) return [`${method} ${template} has no answer ${status}`]
    seen.add(`${method} ${template} ${status}`)
    const type = response.headers.get('Content-Type')
    if (answer.content === undefined) return body === '' ? [] : [`${method} ${template} ${status} has a body: ${body}`]
    const media = answer.content[type ?? '']
    if (media === undefined) return [`${method} ${template} ${status} is of type ${type}`]
    const pointer = [
      'paths',
      template ?? '',
      method.toLowerCase(),
      'responses',
      `${status}`,
      'content',
      type ?? '',
      'schema',
    ]
    const validate = ajv.getSchema(`document#/${pointer.map(escaped).join('/')}`)
    if (validate === undefined) return [`${method} ${template} ${status} has no schema`]
    return validate(JSON.parse(body))
      ? []
      : [`${method} ${template} ${status}: ${ajv.errorsText(validate.errors)}: ${body}`]
  }

  return { problems, seen }
}
