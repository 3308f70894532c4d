"""Resources, allocations, bookings and usage — e.g. a furnace of the pilot line."""
