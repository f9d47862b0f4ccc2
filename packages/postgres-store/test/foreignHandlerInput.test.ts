import { makePostgresStore } from '@foldlog/postgres-store'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type postgres from 'postgres'
import { connect } from './connect.ts'
import { type DocumentedRoles, documentedRoles } from './DocumentedRoles.ts'
import { freshStream, newEvents, right } from './fixtures.ts'

/** The writer's role calls the functions for snapshots, handlers and views by hand, with what the client refuses. */
let roles: DocumentedRoles
let sql: postgres.Sql
let lease: { readonly epoch: number; readonly revision: number } | undefined
const stream = freshStream('views')

beforeAll(async () => {
  roles = await documentedRoles()
  sql = connect({ max: 1 }, roles.url('writer'))
  const store = makePostgresStore({ sql })
  await right(store.append({ stream, expected: 'noStream', events: newEvents(2) }))
  const ref = { name: 'known', generation: 1 }
  await right(store.register({ ...ref, partitions: 1, start: 0 }))
  const [answer] = await right(store.heartbeat([{ ...ref, member: 'm', leaseTime: 60_000, capacity: 1, report: {} }]))
  lease = answer?.leases[0]
  await right(store.register({ name: 'inline', generation: 1, partitions: 1, start: 2 }))
  await right(store.openInline({ name: 'inline', generation: 1 }, ['views']))
})
afterAll(async () => {
  await sql.end()
  await roles.drop()
})

const huge = '1e400'
const deep = `${'['.repeat(129)}${']'.repeat(129)}`
const call = (text: string) => sql.unsafe(`select foldlog.${text}`)
const commit = (changes: string, position = 1): string =>
  `commit_handlers('[["known",1,0,${lease?.epoch},${lease?.revision},${position},[${changes}]]]')`
const beat = (member: string, leaseTime: number, capacity: number, report = 'null'): string =>
  `heartbeat('[["known",1,${JSON.stringify(member)},${leaseTime},${capacity},${report}]]')`
const withView = (change: string): string =>
  `append('[[["views-${crypto.randomUUID()}","views",0,[["${crypto.randomUUID()}","Happened",1,{},null,null,null]]]]]', '[[["inline",1,[${change}]]]]')`

const refused: Readonly<Record<string, () => string>> = {
  'a snapshot with a number that no double holds': () => `save_snapshot('${stream}', 1, 2, '${huge}', null)`,
  'a snapshot that is nested too deep': () => `save_snapshot('${stream}', 1, 2, '${deep}', null)`,
  'a snapshot of schema version 0': () => `save_snapshot('${stream}', 0, 2, '{}', null)`,
  'a snapshot of schema version 32,768': () => `save_snapshot('${stream}', 32768, 2, '{}', null)`,
  'a handler without a name': () => "register_handler('', 1, 1, 0, null, null)",
  'a handler with a control character': () => "register_handler(E'a\\u0001', 1, 1, 0, null, null)",
  'a handler with a long name': () => `register_handler('${'x'.repeat(257)}', 1, 1, 0, null, null)`,
  'generation 0': () => "register_handler('new', 0, 1, 0, null, null)",
  'no partitions': () => "register_handler('new', 1, 0, 0, null, null)",
  'a million partitions': () => "register_handler('new', 1, 1000000, 0, null, null)",
  'a start below 0': () => "register_handler('new', 1, 1, -1, null, null)",
  'a member without a name': () => beat('', 1_000, 1),
  'the member of the store itself': () => beat('appends', 1_000, 1),
  'a lease of two days': () => beat('n', 172_800_000, 1),
  'a lease of no time': () => beat('n', 0, 1),
  'a capacity below 0': () => beat('n', 1_000, -1),
  'a report with a number that no double holds': () => beat('n', 1_000, 1, huge),
  'a document of an unknown kind': () => commit('["other","k",{},null]'),
  'a document without a key': () => commit('["view","",{},null]'),
  'a document with a long key': () => commit(`["view","${'x'.repeat(513)}",{},null]`),
  'a document with a number that no double holds': () => commit(`["view","k",{"n":[${huge}]},null]`),
  'a document that is due after all dates': () => commit('["timer","k",{},8640000000000001]'),
  'a position below 0': () => commit('', -5),
  'an action without a name': () => "request_document_action('known', 1, 'view', 'k', '')",
  'a pause of an hour': () => "pause_appends('known', '[\"a\"]', 3600000)",
  'a reset to a position below 0': () => "reset_checkpoints('known', -1, '[]')",
  'a view with a long key': () => withView(`["${'x'.repeat(513)}",null,0,{}]`),
  'a view with a number that no double holds': () => withView(`["k",null,0,{"n":${huge}}]`),
}

const contents = () =>
  roles.as('owner')`
    select to_jsonb(t) - 'until' as row from foldlog.handler_members t union all select to_jsonb(t) from foldlog.handler_documents t
    union all select to_jsonb(t) from foldlog.handler_partitions t union all select to_jsonb(t) from foldlog.handlers t
    union all select to_jsonb(t) from foldlog.snapshots t union all select to_jsonb(t) from foldlog.events t
    union all select to_jsonb(t) from foldlog.inline_projections t order by 1`

describe('the functions for snapshots, handlers and views, called by the writer’s role', () => {
  for (const [what, text] of Object.entries(refused))
    it(`refuse ${what}, and change nothing`, async () => {
      const before = await contents()
      await expect(call(text())).rejects.toMatchObject({ code: 'FL007' })
      expect(await contents()).toEqual(before)
    })

  it('accept what is just valid', async () => {
    await call(`save_snapshot('${stream}', 32767, 2, '{"n":1.7976931348623157e308}', null)`)
    await call(`register_handler('${'x'.repeat(256)}', 1, 1024, 0, null, null)`)
    expect(
      await call(commit(`["view","${'x'.repeat(512)}",{"n":-1.7976931348623157e308},8640000000000000]`)),
    ).toMatchObject([{ commit_handlers: '["new"]' }])
    expect(await call(withView(`["${'k'.repeat(512)}",null,1023,{}]`))).toMatchObject([
      { append: expect.stringContaining('appended') },
    ])
  })
})
