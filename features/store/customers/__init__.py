"""What a store knows of customers beside their events: what they declared, and their further ids."""
