-- What kind of cause an incident had, to list by.
ALTER TABLE incident ADD COLUMN cause_class TEXT;
UPDATE incident SET cause_class = 'technology'
    WHERE data LIKE '%"cause_class":"technology"%';
UPDATE incident SET cause_class = 'human'
    WHERE data LIKE '%"cause_class":"human"%';
UPDATE incident SET cause_class = 'external'
    WHERE data LIKE '%"cause_class":"external"%';
UPDATE incident SET cause_class = 'unauthorised_change'
    WHERE data LIKE '%"cause_class":"unauthorised_change"%';
UPDATE incident SET cause_class = 'unknown'
    WHERE data LIKE '%"cause_class":"unknown"%';
