"""What tests stand on — e.g. a committed copy of the migrated database, entered as the application's own role."""
