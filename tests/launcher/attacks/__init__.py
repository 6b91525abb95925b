"""The whole gateway under attack: every file is one attacker; each attack has a twin that works."""
