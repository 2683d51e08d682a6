"""Django's PostgreSQL backend, whose transactions begin with whom they are for; `ENGINE = "common.postgresql"`."""
