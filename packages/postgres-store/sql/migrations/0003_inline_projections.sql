-- Projections whose views are written with the appends; see docs/handlers.md. `generation` is the number of the open
-- generation, null while none was opened yet. Appends to `categories` bring its views. Appends to `paused` wait until
-- `paused_until`, so that a generation that is about to be opened can catch up.
--
-- Every append reads foldlog.log_state, which has the categories too, and keeps a shared lock of that table until its
-- transaction ends. A function that changes a row here takes a lock that conflicts with it; see
-- foldlog.open_inline_projection. Then no append is under way that has read the old row, and everything that was
-- appended before is visible.
create table foldlog.inline_projections (
  handler      bigint primary key,
  generation   integer,
  categories   text[] collate "C" not null default '{}',
  paused       text[] collate "C" not null default '{}',
  paused_until timestamptz
);
