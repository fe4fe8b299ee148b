"""What people and programs read: results as text, and as JSON documents. It only renders."""
