-- What is done to a message that is there travels as a message does: a delivery with one part, and the action in words of its own.
-- Why it failed is the delivery's, not the message's.
ALTER TABLE deliveries ADD COLUMN action TEXT;
ALTER TABLE deliveries ADD COLUMN failure TEXT;
