"""The tests: each room's beside its name, whole programs in `journeys`, parts that several use in `support`."""
