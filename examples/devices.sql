-- The table behind the PostgreSQL examples: one row for each device that registered.
CREATE TABLE IF NOT EXISTS devices (
	device_token text PRIMARY KEY,
	device_name text,
	first_name text,
	language text,
	-- Live Activities have tokens of their own: one to start them, one to change the one that runs.
	start_token text,
	activity_token text,
	registered_at timestamptz NOT NULL DEFAULT now()
);
