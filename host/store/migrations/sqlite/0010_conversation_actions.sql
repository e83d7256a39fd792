-- What is done to a conversation goes out after all that was written or done before it, messages and actions alike.
ALTER TABLE deliveries ADD COLUMN waits_for_all INTEGER NOT NULL DEFAULT 0;
