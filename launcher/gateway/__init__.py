"""The policy of the FHIR gateway: pure rules over plain data and bytes (DESIGN section 4, S4).

Start reading at ``interaction`` (what is asked), then ``scope_rules`` and ``compartments`` (the tables),
``policy`` (may it be done, may this resource be shown) and ``filter`` (the answer). No input, no output.
"""
