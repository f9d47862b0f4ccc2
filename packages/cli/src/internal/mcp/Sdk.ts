import { describeUnknown } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { type CliError, failed } from '../CliError.ts'

/** A server of the Model Context Protocol, as far as it is used here. */
export interface ProtocolServer {
  onclose?: () => void
  readonly setRequestHandler: (schema: unknown, handler: (request: ToolRequest) => unknown) => void
  readonly connect: (transport: unknown) => Promise<void>
  readonly close: () => Promise<void>
}

export interface ToolRequest {
  readonly params: { readonly name: string; readonly arguments?: Readonly<Record<string, unknown>> }
}

/** The parts of the official SDK that are used here. */
export interface Sdk {
  readonly Server: new (info: object, options: object) => ProtocolServer
  readonly StdioServerTransport: new (stdin: NodeJS.ReadableStream, stdout: NodeJS.WritableStream) => unknown
  readonly CallToolRequestSchema: unknown
  readonly ListToolsRequestSchema: unknown
}

const name = '@modelcontextprotocol/sdk'

const isMissing = (cause: unknown): boolean =>
  typeof cause === 'object' && cause !== null && Reflect.get(cause, 'code') === 'ERR_MODULE_NOT_FOUND'

/**
 * Loads the official SDK, which is an optional peer dependency: it installs some ninety packages, an HTTP server among
 * them, and no other command needs any of them. It is imported by a name that the compiler does not follow, because it
 * may be missing.
 */
export const loadSdk = async (): Promise<E.Either<CliError, Sdk>> => {
  try {
    const [server, stdio, types] = await Promise.all(
      ['server/index.js', 'server/stdio.js', 'types.js'].map((file) => import(`${name}/${file}`)),
    )
    return E.right({ ...server, ...stdio, ...types })
  } catch (cause) {
    const why = isMissing(cause) ? `npm install --save-dev ${name}` : describeUnknown(cause)
    return E.left(failed(`foldlog mcp needs the package ${name}: ${why}`))
  }
}
