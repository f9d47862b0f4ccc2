import type postgres from 'postgres'
import { connect } from './connect.ts'

/** A client whose server explains each statement of it, those in functions too, with what was read. */
export const explainedSql = () => {
  const plans: Array<string> = []
  const sql = connect({
    max: 1,
    onnotice: ({ message }: postgres.Notice) => {
      if (message?.includes('plan:')) plans.push(message)
    },
    connection: {
      session_preload_libraries: 'auto_explain',
      // The client leaves out a setting that is the number 0.
      'auto_explain.log_min_duration': '0',
      'auto_explain.log_nested_statements': true,
      'auto_explain.log_analyze': true,
      'auto_explain.log_buffers': true,
      client_min_messages: 'log',
    },
  })
  return { sql, plans }
}

/** The blocks that a plan read, of the whole statement. */
export const blocksOf = (plan: string): number => {
  const [, blocks = ''] = /Buffers: shared ([^\n]*)/.exec(plan) ?? []
  return [...blocks.matchAll(/\b(?:hit|read)=(\d+)/g)].reduce((sum, [, n]) => sum + Number(n), 0)
}
