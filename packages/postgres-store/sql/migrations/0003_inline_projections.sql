-- Projections whose views are written with the appends, see docs/handlers.md. `generation` is the number of the one that is open, null as long as none
-- was; appends to `categories` bring its views. Appends to `paused` wait until `paused_until`, so that one that is to be opened catches up.
--
-- Every append reads foldlog.log_state, which has the categories too, and keeps a shared lock of that table until its
-- transaction ends. A function that changes a row here takes a lock that conflicts with it; see foldlog.open_inline_projection.
-- Then no append is under way that has read the old row, and all that was appended before is visible.
create table foldlog.inline_projections (
  handler      bigint primary key,
  generation   integer,
  categories   text[] collate "C" not null default '{}',
  paused       text[] collate "C" not null default '{}',
  paused_until timestamptz
);
