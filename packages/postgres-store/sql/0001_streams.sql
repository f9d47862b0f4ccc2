-- A stream with version 0 has no event yet: a refused first append may leave such a row behind, and readers see no stream.
-- `collate "C"`: names are compared byte by byte, so that every server sorts, and so locks, in the same order.
-- Room is left on each page, because every append updates `version` in place (HOT: no index holds it).
create table foldlog.streams (
  id         bigint generated always as identity primary key,
  name       text collate "C" not null unique,
  category   text collate "C" not null,
  version    bigint not null default 0,
  deleted_at timestamptz
) with (fillfactor = 50);
