-- Which shifts somebody was told that the leave of a calendar hits.
ALTER TABLE leave_calendar ADD COLUMN told TEXT NOT NULL DEFAULT '{}';
