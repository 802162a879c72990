"""Recipe, plan, engine, schedule, publication."""
