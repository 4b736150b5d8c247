-- the most that a service type or a tariff of a class gets, as `vds=20, 7=10`
ALTER TABLE service_class ADD COLUMN caps TEXT NOT NULL DEFAULT '';
-- the percents of all caps that ever were: a discount of ours whose record is lost is known by its percent, too
CREATE TABLE capped_percent (percent TEXT PRIMARY KEY) WITHOUT ROWID;
