"""Which certificate authorities stand behind the organisation's own systems: the usual ones, and its private one."""

from __future__ import annotations

import ssl


def upstream_context(ca_file: str) -> ssl.SSLContext:
    """For connections to the record system, the identity provider and the audit sink; TLS 1.2 or later.

    ``ca_file`` holds one or more certificates in PEM. Raises ``ValueError`` when it cannot be read or holds none.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(ca_file)
    except ssl.SSLError as error:
        raise ValueError(f"upstream_ca: {ca_file} holds no certificate in PEM") from error
    except OSError as error:
        raise ValueError(f"upstream_ca: {ca_file} cannot be read ({error.strerror})") from error
    return context
