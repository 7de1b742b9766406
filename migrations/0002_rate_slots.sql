-- Rates hold in any second, not in fixed ones: each claimed message gets a moment from which it may leave, and the account keeps the
-- next free one (unix microseconds). The per-second and per-minute counts of the first release are not used any more.
ALTER TABLE sender_accounts ADD COLUMN next_slot_us INTEGER NOT NULL DEFAULT 0;
DELETE FROM send_counts WHERE substr(period, 1, 1) IN ('s', 'm');
