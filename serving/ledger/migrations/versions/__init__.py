"""The steps: a file each, which stays as it is once it was released."""
