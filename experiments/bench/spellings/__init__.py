"""One shop's purchases written down in as many ways as shops, tills and banks do, and read again."""
