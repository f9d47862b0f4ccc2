import { migrate } from '@foldlog/postgres-store'
import type postgres from 'postgres'
import { connect, freshDatabase, freshName } from './connect.ts'
import { documentedSql } from './documentedSql.ts'
import { right } from './fixtures.ts'

const all = ['owner', 'writer', 'reader'] as const

/** A role of docs/postgres.md. */
export type Role = (typeof all)[number]

/** A migrated database with the roles and grants of docs/postgres.md, and nothing else. */
export interface DocumentedRoles {
  readonly names: Readonly<Record<Role, string>>
  readonly url: (role: Role) => string
  /** The client of a role, the same for each call. */
  readonly as: (role: Role) => postgres.Sql
  readonly databaseUrl: string
  readonly drop: () => Promise<void>
}

export const documentedRoles = async (): Promise<DocumentedRoles> => {
  const admin = connect()
  const database = await freshDatabase(admin)
  const names = { owner: freshName('owner'), writer: freshName('writer'), reader: freshName('reader') }
  const name = new URL(database.url).pathname.slice(1)
  const clients: Partial<Record<Role, postgres.Sql>> = {}
  const url = (role: Role): string =>
    Object.assign(new URL(database.url), { username: names[role], password: role }).href
  const as = (role: Role): postgres.Sql => {
    clients[role] ??= connect({}, url(role))
    return clients[role]
  }
  /** As in the document, except for the names. */
  const named = (text: string): string =>
    text
      .replaceAll('bank_owner', names.owner)
      .replaceAll('bank_writer', names.writer)
      .replaceAll('bank_reader', names.reader)
      .replaceAll(/\bdatabase bank\b/g, `database ${name}`)

  // The document's statements for a superuser, then those for the owner: in this order, and nothing else.
  const root = connect({}, database.url)
  await root.unsafe(named(documentedSql('Roles').join('\n')))
  for (const role of all) await root.unsafe(`alter role ${names[role]} login password '${role}'`)
  await root.unsafe(`create schema mine authorization ${names.writer}`)
  await root.end()
  await right(migrate({ sql: as('owner') }))
  await as('owner').unsafe(named(documentedSql('Grants').join('\n')))

  return {
    names,
    url,
    as,
    databaseUrl: database.url,
    drop: async () => {
      for (const sql of Object.values(clients)) await sql.end()
      await database.drop()
      for (const role of all) await admin`drop role if exists ${admin(names[role])}`
      await admin.end()
    },
  }
}
