"""A plan as it is asked for and answered: by whom it is limited, what more or less money would bring, and whom it reaches."""
