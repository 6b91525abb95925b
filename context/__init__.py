"""Patient context: the FHIRcast hub and the states of panes, as pure state machines.

*Inputs* in, *effects* out; time and identifiers are passed in. Start with :mod:`context.inputs` and
:mod:`context.effects`, then :mod:`context.hub`.
"""
