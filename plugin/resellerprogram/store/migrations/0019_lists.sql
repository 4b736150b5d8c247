-- what the overview asks of everybody, in the order in which it shows them. Nothing is looked up by the beginning of a name
DROP INDEX standing_by_name;
DROP INDEX standing_by_tier;
CREATE INDEX standing_by_tier ON standing (tier, basis, turnover_order);
CREATE INDEX standing_changing ON standing (change_day, turnover_order DESC, tier, change_tier) WHERE tier IS NOT NULL;
CREATE INDEX standing_since ON standing (since DESC, turnover_order DESC) WHERE tier IS NOT NULL;
CREATE INDEX standing_highest ON standing (threshold_order DESC, turnover_order DESC) WHERE tier IS NOT NULL;
