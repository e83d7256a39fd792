-- The hosts that an admin confirmed, by the setting that held them then: a JSON object of texts.
ALTER TABLE apps ADD COLUMN confirmed_hosts TEXT NOT NULL DEFAULT '{}';
ALTER TABLE channels ADD COLUMN confirmed_hosts TEXT NOT NULL DEFAULT '{}';
