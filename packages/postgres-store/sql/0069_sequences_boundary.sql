-- As in the other boundaries. An application calls foldlog.check_sequences when it starts; see `migrationStatus`.
alter function foldlog.check_sequences() security definer set search_path = pg_catalog, pg_temp;

revoke execute on function foldlog.check_sequences(), foldlog.sequences_behind(), foldlog.advance_sequences() from public;
