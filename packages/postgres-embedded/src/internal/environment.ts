/**
 * Our environment without what would change Postgres behind our back (PGDATA, PGPORT, PGOPTIONS, ...), and with messages in English,
 * because some of them are recognised.
 */
export const environment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name))),
  LC_ALL: 'C',
})
