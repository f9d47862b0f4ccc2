/**
 * The environment without variables that would silently change Postgres (PGDATA, PGPORT, PGOPTIONS, ...), and with
 * messages in English, because some of them are parsed.
 */
export const environment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name))),
  LC_ALL: 'C',
})
