"""The tour: the real desktop driven through a shift by real input on what can be seen."""
