"""Mutants: one-line mistakes put into the code on purpose, to see whether the tests would notice.

A *mutant* is a file with one mistake in it. Its *mirror* are the tests that ought to notice; its *trial*
is their run against it, in a *copy* of the project, forked from a *nursery* that has the heavy libraries
loaded. A mutant that no test notices has *survived*. ``make mutants`` tries those written by hand in
``tests/mutants.toml`` and a *sample* of all that the operators can make.

cosmic-ray makes the mutants, as text, which copes with decorated functions, constants of modules and
compiled loops alike; mutmut leaves out whatever is decorated and every constant of a module. Neither
runs them here: both start a process a mutant and run one fixed command.
"""
