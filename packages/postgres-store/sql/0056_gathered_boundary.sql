-- As in the other boundaries: a function that clients call, and that touches what they may not.
alter function foldlog.read_streams(text[], bigint[], int[]) security definer set search_path = pg_catalog, pg_temp;

revoke execute on function foldlog.read_streams(text[], bigint[], int[]) from public;
