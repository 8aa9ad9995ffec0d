-- What Shipway worded itself among the lines of a rollout, in Korean; empty: as a table has it,
-- or what a command printed.
ALTER TABLE progress ADD COLUMN korean TEXT NOT NULL DEFAULT '';
