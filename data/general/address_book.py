"""An address book in SQLite."""

import csv
import re
import sqlite3
from contextlib import closing

EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$", re.IGNORECASE)

SCHEMA = """
CREATE TABLE IF NOT EXISTS people (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT UNIQUE,
    city TEXT
)
"""


def is_valid_email(text):
    return EMAIL.match(text) is not None


class AddressBook:
    def __init__(self, path=":memory:"):
        self.connection = sqlite3.connect(path)
        self.connection.row_factory = sqlite3.Row
        self.connection.execute(SCHEMA)

    def close(self):
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def add(self, name, email, city=None):
        if not is_valid_email(email):
            raise ValueError(f"invalid email: {email!r}")
        with self.connection:
            cursor = self.connection.execute(
                "INSERT INTO people (name, email, city) VALUES (?, ?, ?)", (name, email, city)
            )
        return cursor.lastrowid

    def find(self, name):
        query = "SELECT * FROM people WHERE name LIKE ? ORDER BY name"
        with closing(self.connection.execute(query, (f"%{name}%",))) as cursor:
            return [dict(row) for row in cursor.fetchall()]

    def cities(self):
        rows = self.connection.execute("SELECT city, COUNT(*) AS n FROM people GROUP BY city")
        return {row["city"]: row["n"] for row in rows}

    def remove(self, person_id):
        with self.connection:
            deleted = self.connection.execute("DELETE FROM people WHERE id = ?", (person_id,))
        return deleted.rowcount > 0

    def import_csv(self, path):
        added, skipped = 0, 0
        with open(path, newline="", encoding="utf-8") as f:
            reader = csv.DictReader(f)
            for row in reader:
                try:
                    self.add(row["name"], row["email"], row.get("city"))
                    added += 1
                except (KeyError, ValueError, sqlite3.IntegrityError):
                    skipped += 1
        return added, skipped

    def export_csv(self, path):
        with open(path, "w", newline="", encoding="utf-8") as f:
            writer = csv.writer(f)
            writer.writerow(["name", "email", "city"])
            for row in self.connection.execute("SELECT name, email, city FROM people"):
                writer.writerow(tuple(row))
